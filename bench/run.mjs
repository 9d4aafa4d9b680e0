// npm run bench -- [--runs <count>] [--rows <text in their names>] [--json [<file>]]
//
// Measures what users get, the package as npm installs it, against its bounds, on the Node that runs
// this. Exits with 1 when a bound is not kept.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureRows } from './lib/rows.mjs';
import { tableLines } from './lib/table.mjs';
import { openWorld } from './lib/world.mjs';
import chat from './rows/chat.mjs';
import many from './rows/many.mjs';
import start from './rows/start.mjs';
import testing from './rows/testing.mjs';

const { runs, json, wanted } = readArguments(process.argv.slice(2));
const world = await openWorld();
try {
  const chosen = [...start, ...chat, ...many, ...testing].filter(({ name }) =>
    name.includes(wanted),
  );
  const rows = await measureRows(chosen, { world, runs, onRound: showProgress });
  const cpu = cpus();
  const machine = `${process.platform} ${process.arch}, ${cpu.length} × ${cpu[0]?.model ?? '?'}`;
  const report = { node: process.version, machine, runs, rows };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (json !== 1) {
    console.log(`Node ${process.version}, ${machine}; medians of ${runs} interleaved runs\n`);
    console.log(tableLines(rows).join('\n'));
  }
  process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1;
} finally {
  world.close();
}

/** `json` is a file's path, 1 (stdout's descriptor) for `--json` alone, or undefined. */
function readArguments(args) {
  const after = (name) => (args.includes(name) ? (args[args.indexOf(name) + 1] ?? '') : undefined);
  const runs = Number(after('--runs') ?? 41);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a count of 1 or more');
  const file = after('--json');
  const wanted = after('--rows') ?? '';
  return { runs, wanted, json: file === '' || file?.startsWith('-') ? 1 : file };
}

function showProgress(round) {
  if (process.stderr.isTTY) process.stderr.write(`\r${round}/${runs}${round === runs ? '\n' : ''}`);
}
