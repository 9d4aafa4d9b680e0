// npm run bench -- [--runs <count>] [--json [<file>]]
//
// Measures the built program against its bounds. Exits with 1 when one is not kept.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureRows } from './lib/rows.mjs';
import { tableLines } from './lib/table.mjs';
import { openWorld } from './lib/world.mjs';
import completion from './rows/completion.mjs';
import echo from './rows/echo.mjs';
import exportLong from './rows/export-long.mjs';
import exportMemory from './rows/export-memory.mjs';
import firstDelta from './rows/first-delta.mjs';
import firstDeltaFloor from './rows/first-delta-floor.mjs';
import help from './rows/help.mjs';
import listMany from './rows/list-many.mjs';
import listMemory from './rows/list-memory.mjs';
import markdown from './rows/markdown.mjs';
import markdownMemory from './rows/markdown-memory.mjs';
import markdownReference from './rows/markdown-reference.mjs';
import manyTurns from './rows/many-turns.mjs';
import memory from './rows/memory.mjs';
import prompt from './rows/prompt.mjs';
import sdk from './rows/sdk.mjs';
import send from './rows/send.mjs';
import version from './rows/version.mjs';

const ROWS = [version, help, completion, send, sdk, memory, firstDelta, firstDeltaFloor];
const CHAT_ROWS = [prompt, echo, markdown, markdownReference, markdownMemory, manyTurns];
const MANY_ROWS = [listMany, listMemory, exportLong, exportMemory];

const { runs, json } = readArguments(process.argv.slice(2));
const world = await openWorld();
try {
  const rows = await measureRows([...ROWS, ...CHAT_ROWS, ...MANY_ROWS], {
    world,
    runs,
    onRound: showProgress,
  });
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
  return { runs, json: file === '' || file?.startsWith('-') ? 1 : file };
}

function showProgress(round) {
  if (process.stderr.isTTY) process.stderr.write(`\r${round}/${runs}${round === runs ? '\n' : ''}`);
}
