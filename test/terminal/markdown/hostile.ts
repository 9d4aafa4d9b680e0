/** Texts that make a renderer slow or big, in about so many characters. */
export const HOSTILE: [name: string, text: (size: number) => string][] = [
  ['one word', (size) => 'x'.repeat(size)],
  ['one line of words', (size) => 'word '.repeat(size / 5)],
  ['ideographs', (size) => '字'.repeat(size)],
  ['emoji', (size) => '😀'.repeat(size / 2)],
  ['marks on letters', (size) => `e${'\u0301'.repeat(size)}`],
  ['spaces', (size) => `a${' '.repeat(size)}b`],
  ['spaces at a line', (size) => `${' '.repeat(size)}b`],
  ['quotes in quotes', (size) => '>'.repeat(size)],
  ['quotes in 10,000 quotes, line by line', (size) => `${'>'.repeat(10_000)}x\n`.repeat(size / 10_000)],
  ['items in items', (size) => '- '.repeat(size / 2)],
  ['open stars', (size) => '*a '.repeat(size / 3)],
  ['stars and underscores', (size) => '*a_ '.repeat(size / 4)],
  ['runs of stars', (size) => '*'.repeat(size)],
  ['open backticks', (size) => '`a ``b '.repeat(size / 7)],
  ['a run of backticks', (size) => `a${'`'.repeat(size)}`],
  ['open brackets', (size) => '['.repeat(size)],
  ['open links', (size) => '[a]('.repeat(size / 4)],
  ['links in links', (size) => '[[[a](b)'.repeat(size / 8)],
  ['open tags', (size) => '<a b="'.repeat(size / 6)],
  ['open comments', (size) => 'a <!-- '.repeat(size / 7)],
  ['a tag at a line', (size) => `<a${' b'.repeat(size / 2)}`],
  ['ampersands', (size) => '&amp'.repeat(size / 4)],
  ['a heading of marks', (size) => `# a ${'#'.repeat(size)} b`],
  ['a rule', (size) => '- '.repeat(size / 2)],
  ['an underline', (size) => `a\n${'='.repeat(size)}x`],
  ['a line with a bar', (size) => `|${'a|'.repeat(size / 2)}`],
  ['lines with bars', (size) => '|a|\n'.repeat(size / 4)],
  ['a table of 200 columns', (size) => table(200, size)],
  ['a table without end', (size) => table(2, size)],
  ['a table of wide cells', (size) => `|a|b|\n|-|-|\n${`|${'word '.repeat(500)}|x|\n`.repeat(size / 2500)}`],
  ['code in one line', (size) => `\`\`\`\n${'x '.repeat(size / 2)}`],
  ['empty lines of code', (size) => `    x\n${'\n'.repeat(size)}    y`],
  ['addresses', (size) => `https://a.b/${'c'.repeat(size)}`],
  ['lists in lists', (size) => nested(size)],
  ['the widest table', (size) => `|${'some words|'.repeat(size / 22)}\n|${'-|'.repeat(size / 22)}\n`],
]; // prettier-ignore

function table(columns: number, size: number): string {
  const row = `|${'ab|'.repeat(columns)}\n`;
  return `${row}|${'-|'.repeat(columns)}\n${row.repeat(size / row.length)}`;
}

/** Each item deeper than the one before, to 200 levels. */
function nested(size: number): string {
  let text = '';
  for (let depth = 0; text.length < size; depth = (depth + 1) % 200) {
    text += `${'  '.repeat(depth)}- item\n`;
  }
  return text;
}
