// `npm run soak`: many turns of this program and of the official SDK through a sandbox in which 30 %
// of all requests fail. Turns are counted by what the server has stored in the end.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UNDECIDABLE } from './faults.mjs';
import { judge, untoldTurns } from './judge.mjs';
import * as ours from './ours.mjs';
import { openSandbox } from './sandbox.mjs';
import * as sdk from './sdk.mjs';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '5000' },
    conversations: { type: 'string', default: '50' },
    timeout: { type: 'string', default: '25' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const conversations = Number(values.conversations);
const plan = {
  turns: Math.round(Number(values.turns) / conversations),
  timeoutMs: Number(values.timeout) * 1000,
};

async function soak(name, converse) {
  const sandbox = await openSandbox(values.seed);
  try {
    const started = performance.now();
    const all = Array.from({ length: conversations }, (_, number) =>
      converse({ ...plan, number, sandbox }),
    );
    const done = await Promise.all(all);
    const stats = await sandbox.stats();
    const { sum, notes } = judge(done, stats);
    const seconds = Math.round((performance.now() - started) / 1000);
    const untold = done.flatMap((each) => untoldTurns(each, stats, UNDECIDABLE));
    const row = { ...sum, untold: untold.length, seconds };
    process.stdout.write(`${name.padEnd(13)} ${JSON.stringify(row)}\n`);
    if (name === 'telnyx-chat')
      for (const note of [...notes, ...untold]) process.stdout.write(`  ${JSON.stringify(note)}\n`);
    const requests = Object.values(stats.requests).reduce((a, b) => a + b, 0);
    return { ...row, requests, faults: Object.values(stats.faults).reduce((a, b) => a + b, 0) };
  } finally {
    sandbox.close();
  }
}

process.stdout.write(
  `seed ${values.seed}: ${plan.turns} turns in each of ${conversations} conversations\n`,
);
const results = { seed: Number(values.seed), ...plan, conversations };
if (values.only !== 'sdk') results.ours = await soak('telnyx-chat', ours.converse);
if (values.only !== 'ours') results.sdk = await soak('telnyx (SDK)', sdk.converse);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

const { doubled = 0, lost = 0, wrong = 0, outOfOrder = 0, untold = 0 } = results.ours ?? {};
if (doubled + lost + wrong + outOfOrder + untold > 0) process.exitCode = 1;
