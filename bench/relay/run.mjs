// npm run bench:relay -- [--seconds <n>] [--rounds <n>] [--only <part of a name>] [--soak <seconds>] [--slow]
//   [--cpu-prof <folder>]
//
// First and later turns through `serve` and through a bare relay of node:http and undici, in turn; the
// API is reached over TLS, and in the second table without. What is compared is how many turns a second
// of one core carries: where load and API share the other cores, the relay's own core may have time left.
// Exits with 1 below the bounds.
// With --slow: the p99 of one good caller with and without a thousand slow ones.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE } from './certificate.mjs';
import { load } from './load.mjs';
import { RELAYS, startRelay, startUpstream } from './processes.mjs';
import { startSlowSenders } from './slow-senders.mjs';

/** Of the turns that a bare relay carries, at least. */
const LATER_BOUND = 0.75;
const FIRST_BOUND = 0.7;
/** Of a bare relay's p99, at most, where that is told. */
const P99_BOUND = 1.5;
/** Connections to the API per thousand requests, at most. */
const CONNECTIONS_BOUND = 5;
const WARM_UP_S = 2;
/** Of a good caller's p99 without slow senders, at most. */
const SLOW_BOUND = 2;
const SLOW_SENDERS = 1_000;

const LATER = (turn) => ({ message: 'When do you open?', conversation_id: `c-${turn % 5000}` });
const FIRST = () => ({ message: 'When do you open?' });
/** `requests`: to the API, for each turn. */
const SCENARIOS = [
  { name: 'later turns, 64 connections', connections: 64, bodyOf: LATER, requests: 1 },
  { name: 'later turns, 256 connections', connections: 256, bodyOf: LATER, requests: 1 },
  { name: 'first turns, 64 connections', connections: 64, bodyOf: FIRST, requests: 2 },
  { name: 'first turns, 256 connections', connections: 256, bodyOf: FIRST, requests: 2 },
];
const boundOf = ({ bodyOf }) => (bodyOf === LATER ? LATER_BOUND : FIRST_BOUND);

const options = readArguments(process.argv.slice(2));
const upstream = await startUpstream();
const folder = await mkdtemp(join(tmpdir(), 'telnyx-chat-bench-'));
const authority = join(folder, 'ca.pem');
await writeFile(authority, CERTIFICATE);
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  upstream.stop();
  await rm(folder, { recursive: true });
}

function run() {
  if (options.slow) return beside();
  return options.soak ? soak() : compareAll();
}

function environment(protocol) {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    TELNYX_API_KEY: 'KEYbench',
    TELNYX_ASSISTANT_ID: 'assistant-bench',
    TELNYX_BASE_URL: upstream.urls[protocol],
    NODE_EXTRA_CA_CERTS: authority,
  };
}

/** A good caller with and without slow ones at the same relay, in turn. */
async function beside() {
  const relay = await startRelay(RELAYS.ours, { env: environment('https') });
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
  const [alone, crowded] = [median(p99s.alone), median(p99s.beside)];
  const ratio = crowded / alone;
  console.log(
    `p99 of a good caller beside ${SLOW_SENDERS} slow ones: ${ratio.toFixed(2)} of its usual (bound ${SLOW_BOUND})`,
  );
  console.log(
    `  alone ${alone.toFixed(2)} ms, beside them ${crowded.toFixed(2)} ms, ${failed} failed`,
  );
  return ratio <= SLOW_BOUND && failed === 0;
}

async function compareAll() {
  const areKept = [await compare('https'), await compare('http')];
  return areKept.every(Boolean);
}

async function compare(protocol) {
  const scenarios = SCENARIOS.filter(({ name }) => `${protocol} ${name}`.includes(options.only));
  if (scenarios.length === 0) return true;
  const results = scenarios.map(() => ({ bare: [], ours: [] }));
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, scenario] of scenarios.entries()) {
      for (const name of ['bare', 'ours'])
        results[index][name].push(await measure(RELAYS[name], scenario, protocol));
    }
  }
  console.log(`\nThe API over ${protocol === 'https' ? 'TLS' : 'plain HTTP'}`);
  const isKept = scenarios.map((scenario, index) => judge(scenario, results[index]));
  return isKept.every(Boolean);
}

/** Prints one comparison. Returns whether its bounds are kept. */
function judge(scenario, results) {
  const [bare, ours] = [best(results.bare), best(results.ours)];
  const ratio = ours.perCoreSecond / bare.perCoreSecond;
  const p99Ratio = ours.p99 / bare.p99;
  const bound = boundOf(scenario);
  const isTimed = scenario.bodyOf === LATER && scenario.connections === 64;
  const p99Bound = isTimed ? `, bound ${P99_BOUND}` : '';
  console.log(
    `${scenario.name}: ${ratio.toFixed(2)} of the bare relay (bound ${bound}), p99 ${p99Ratio.toFixed(2)} of its${p99Bound}`,
  );
  for (const [who, result] of Object.entries({ bare, ours }))
    console.log(`  ${who}  ${report(result)}`);
  return (
    ratio >= bound &&
    (!isTimed || p99Ratio <= P99_BOUND) &&
    ours.newConnections <= CONNECTIONS_BOUND &&
    ours.failed === 0
  );
}

/** A long run with memory looked at now and then. */
async function soak() {
  const relay = await startRelay(RELAYS.ours, { env: environment('https') });
  const memory = [];
  const watch = setInterval(() => memory.push(relay.usage().rssMiB), (options.soak * 1000) / 20);
  const result = await load(relay.port, { ...SCENARIOS[1], seconds: options.soak });
  clearInterval(watch);
  await relay.stop();
  console.log(`${result.answered} turns, ${result.failed} failed, p99 ${result.p99.toFixed(1)} ms`);
  console.log(`memory, MiB: ${memory.map((each) => each.toFixed(0)).join(' ')}`);
  return result.failed === 0;
}

async function measure(argv, scenario, protocol) {
  const nodeFlags = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const relay = await startRelay(argv, { env: environment(protocol), nodeFlags });
  await load(relay.port, { ...scenario, seconds: WARM_UP_S });
  const [before, connectionsBefore] = [relay.usage(), await upstream.connections()];
  const result = await load(relay.port, { ...scenario, seconds: options.seconds });
  const [after, connectionsAfter] = [relay.usage(), await upstream.connections()];
  await relay.stop();
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const thousands = (result.answered * scenario.requests) / 1000;
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    perCoreSecond: result.answered / cpuSeconds,
    busy: cpuSeconds / result.seconds,
    rssMiB: after.rssMiB,
    newConnections: (connectionsAfter - connectionsBefore) / thousands,
  };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** The best round: what else runs on the machine only takes away from one. */
function best(results) {
  const [first] = results.toSorted((a, b) => b.perCoreSecond - a.perCoreSecond);
  return { ...first, p99: Math.min(...results.map(({ p99 }) => p99)) };
}

function report({ perSecond, perCoreSecond, busy, p50, p99, rssMiB, failed, newConnections }) {
  return [
    `${perCoreSecond.toFixed(0)} turns a core-second`,
    `${perSecond.toFixed(0)}/s with its core ${(busy * 100).toFixed(0)} % busy`,
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    `${newConnections.toFixed(2)} new connections per thousand requests`,
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
