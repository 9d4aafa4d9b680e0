// npm run bench:relay -- [--seconds <n>] [--rounds <n>] [--only <part of a name>] [--soak <seconds>] [--slow]
//   [--cpu-prof <folder>]
//
// First and later turns over 64 and 256 connections, through `serve` and through a bare relay of
// node:http and undici, in turn. What is compared is how many turns a second of one core carries: where
// load and API share the other cores, the relay's own core may have time left. Exits with 1 below the bound.
// With --slow: the p99 of one good caller with and without a thousand slow ones.
import { load } from './load.mjs';
import { RELAYS, startRelay, startUpstream } from './processes.mjs';
import { startSlowSenders } from './slow-senders.mjs';

/** Of the turns that a bare relay carries, at least. */
const BOUND = 0.7;
const WARM_UP_S = 2;
/** Of a good caller's p99 without slow senders, at most. */
const SLOW_BOUND = 2;
const SLOW_SENDERS = 1_000;

const LATER = (turn) => ({ message: 'When do you open?', conversation_id: `c-${turn % 5000}` });
const FIRST = () => ({ message: 'When do you open?' });
const SCENARIOS = [
  { name: 'first turns, 64 connections', connections: 64, bodyOf: FIRST },
  { name: 'first turns, 256 connections', connections: 256, bodyOf: FIRST },
  { name: 'later turns, 64 connections', connections: 64, bodyOf: LATER },
  { name: 'later turns, 256 connections', connections: 256, bodyOf: LATER },
];

const options = readArguments(process.argv.slice(2));
const upstream = await startUpstream();
const env = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  TELNYX_API_KEY: 'KEYbench',
  TELNYX_ASSISTANT_ID: 'assistant-bench',
  TELNYX_BASE_URL: upstream.url,
};
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  upstream.stop();
}

function run() {
  if (options.slow) return beside();
  return options.soak ? soak() : compare();
}

/** A good caller with and without slow ones at the same relay, in turn. */
async function beside() {
  const relay = await startRelay(RELAYS.ours, { env });
  const good = { connections: 1, bodyOf: LATER, seconds: options.seconds };
  const p99s = { alone: [], beside: [] };
  let failed = 0;
  const measured = async (kind) => {
    const result = await load(relay.port, good);
    failed += result.failed;
    p99s[kind].push(result.p99);
  };
  await load(relay.port, { ...good, seconds: WARM_UP_S });
  for (let round = 0; round < options.rounds; round++) {
    await measured('alone');
    const slow = await startSlowSenders(relay.port, SLOW_SENDERS);
    await measured('beside');
    await slow.stop();
  }
  await relay.stop();
  const [alone, crowded] = [middle(p99s.alone), middle(p99s.beside)];
  const ratio = crowded / alone;
  console.log(
    `p99 of a good caller beside ${SLOW_SENDERS} slow ones: ${ratio.toFixed(2)} of its usual (bound ${SLOW_BOUND})`,
  );
  console.log(
    `  alone ${alone.toFixed(2)} ms, beside them ${crowded.toFixed(2)} ms, ${failed} failed`,
  );
  return ratio <= SLOW_BOUND && failed === 0;
}

function middle(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

async function compare() {
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(options.only));
  const results = scenarios.map(() => ({ bare: [], ours: [] }));
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, scenario] of scenarios.entries()) {
      for (const name of ['bare', 'ours']) {
        results[index][name].push(await measure(RELAYS[name], scenario, options.seconds));
      }
    }
  }
  let isKept = true;
  for (const [index, { name }] of scenarios.entries()) {
    const [bare, ours] = [median(results[index].bare), median(results[index].ours)];
    const ratio = ours.perCoreSecond / bare.perCoreSecond;
    isKept &&= ratio >= BOUND && ours.failed === 0;
    console.log(`${name}: ${ratio.toFixed(2)} of the bare relay (bound ${BOUND})`);
    for (const [who, result] of Object.entries({ bare, ours }))
      console.log(`  ${who}  ${told(result)}`);
  }
  return isKept;
}

/** A long run with memory looked at now and then. */
async function soak() {
  const relay = await startRelay(RELAYS.ours, { env });
  const memory = [];
  const watch = setInterval(() => memory.push(relay.usage().rssMiB), (options.soak * 1000) / 20);
  const result = await load(relay.port, { ...SCENARIOS[3], seconds: options.soak });
  clearInterval(watch);
  await relay.stop();
  console.log(`${result.answered} turns, ${result.failed} failed, p99 ${result.p99.toFixed(1)} ms`);
  console.log(`memory, MiB: ${memory.map((each) => each.toFixed(0)).join(' ')}`);
  return result.failed === 0;
}

async function measure(argv, scenario, seconds) {
  const nodeFlags = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const relay = await startRelay(argv, { env, nodeFlags });
  await load(relay.port, { ...scenario, seconds: WARM_UP_S });
  const before = relay.usage();
  const result = await load(relay.port, { ...scenario, seconds });
  const after = relay.usage();
  await relay.stop();
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    perCoreSecond: result.answered / cpuSeconds,
    busy: cpuSeconds / result.seconds,
    rssMiB: after.rssMiB,
  };
}

function median(results) {
  const sorted = results.toSorted((a, b) => a.perCoreSecond - b.perCoreSecond);
  return sorted[Math.floor(sorted.length / 2)];
}

function told({ perSecond, perCoreSecond, busy, p50, p99, rssMiB, failed }) {
  return [
    `${perCoreSecond.toFixed(0)} turns a core-second`,
    `${perSecond.toFixed(0)}/s with its core ${(busy * 100).toFixed(0)} % busy`,
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    `${rssMiB.toFixed(0)} MiB`,
    `${failed} failed`,
  ].join(', ');
}

function readArguments(args) {
  const after = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  return {
    seconds: Number(after('--seconds') ?? 5),
    rounds: Number(after('--rounds') ?? 3),
    only: after('--only') ?? '',
    slow: args.includes('--slow'),
    soak: Number(after('--soak') ?? 0),
    profile: after('--cpu-prof'),
  };
}
