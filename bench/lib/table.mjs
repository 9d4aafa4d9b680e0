// Results as lines for people.

export function tableLines(results) {
  const rows = [['', 'bound', 'measured', '', 'medians'], ...results.map(cells)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

function cells({ name, unit, atMost, atLeast, measured, passed, medians }) {
  const isBound = atMost !== undefined || atLeast !== undefined;
  const bound = atMost === undefined ? `≥ ${atLeast} ${unit}` : `≤ ${atMost} ${unit}`;
  const verdict = passed ? 'pass' : 'FAIL';
  return [
    name,
    isBound ? bound : '',
    `${measured.toFixed(2)} ${unit}`,
    isBound ? verdict : '',
    Object.entries(medians)
      .map(([key, value]) => `${key} ${value.toFixed(1)}`)
      .join(', '),
  ];
}
