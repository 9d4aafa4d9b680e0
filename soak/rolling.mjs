// npm run build && node soak/rolling.mjs [--requests <n>] [--callers <n>] [--rounds <n>] [--kill]
//
// Two relays behind nginx are restarted one after the other while callers talk through it: no request may
// fail. With --kill the first one is killed instead: only what ran there may fail, and a request with a key
// has an answer when it is sent again.
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { openReplicas } from './replicas.mjs';
import { openSandbox } from './sandbox.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    callers: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '2' },
    kill: { type: 'boolean', default: false },
  },
});
const callers = Number(values.callers);
const sandbox = await openSandbox(1, []);
const setting = await openReplicas(sandbox);
try {
  for (let round = 1; round <= Number(values.rounds); round++) {
    const row = await roll(round);
    process.stdout.write(`round ${round}  ${JSON.stringify(row)}\n`);
    if (row.failed > 0 || row.doubled > 0 || row.badExits > 0) process.exitCode = 1;
  }
} finally {
  await setting.close();
  sandbox.close();
}

/** Callers who talk on until they have asked enough and all replicas are back. */
async function roll(round) {
  const state = { round, left: Number(values.requests), isRolling: true, results: [] };
  const agent = new Agent({ keepAlive: true });
  const talking = Array.from({ length: callers }, (_, number) => converse(number, agent, state));
  // Not before everyone has begun.
  while (state.results.length < callers) await new Promise((resolve) => setTimeout(resolve, 5));
  const exits = values.kill ? await killFirst(state) : await restartAll(state);
  state.isRolling = false;
  await Promise.all(talking);
  agent.destroy();
  return judge(state, exits);
}

async function restartAll() {
  const exits = [];
  for (const replica of setting.replicas) {
    exits.push(await replica.end('SIGTERM'));
    await replica.start();
  }
  return exits;
}

async function killFirst(state) {
  const [first] = setting.replicas;
  state.killedAt = performance.now();
  await first.end('SIGKILL');
  state.goneAt = performance.now();
  await first.start();
  return [];
}

async function converse(number, agent, state) {
  let conversation;
  for (let turn = 0; state.left > 0 || state.isRolling; turn++) {
    state.left--;
    const message = `${state.round} ${number} ${turn}`;
    // Every other caller sends keys, and sends again what got no answer.
    const key = number % 2 === 0 ? `key ${message}`.replaceAll(' ', '-') : undefined;
    const askedAt = performance.now();
    const answer = await asked({ message, conversation_id: conversation }, key, agent);
    conversation ??= answer.body?.conversation_id;
    state.results.push({ message, key, ...answer, askedAt, knownAt: performance.now() });
  }
}

/** The answer; with a key, the one after which there is no point in asking again. */
async function asked(body, key, agent) {
  for (let tries = 1; ; tries++) {
    const answer = await post(body, key, agent).catch((error) => ({ status: error.code }));
    const isOpen = ![200, 502].includes(answer.status) || answer.body?.error === undefined;
    if (answer.status === 200 || !key || !values.kill || !isOpen) return { ...answer, tries };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function post(body, key, agent) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
    const options = { port: setting.port, host: '127.0.0.1', path: '/chat', method: 'POST' };
    const sent = request({ ...options, headers, agent }, async (response) => {
      let text = '';
      try {
        for await (const piece of response.setEncoding('utf8')) text += piece;
        resolve({ status: response.statusCode, body: parsed(text) });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

/** nginx answers with a page of its own where no relay does. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function judge({ round, results, killedAt, goneAt }, exits) {
  const lost = results.filter(({ status }) => status !== 200);
  const ranThere = ({ askedAt, knownAt }) => askedAt <= goneAt && killedAt <= knownAt;
  const statuses = {};
  for (const { status } of lost) statuses[status] = (statuses[status] ?? 0) + 1;
  const { conversations } = await sandbox.stats();
  const turns = conversations.flatMap((conversation) => conversation.turns);
  return {
    requests: results.length,
    // Where one is killed, what ran there is lost, but keyed requests have an answer of the relay.
    failed: lost.filter((each) => !killedAt || !ranThere(each) || (each.key && !each.body?.error))
      .length,
    lost: lost.length,
    statuses,
    sentAgain: results.filter(({ tries }) => tries > 1).length,
    doubled: turns.filter(({ text, count }) => text.startsWith(`${round} `) && count > 1).length,
    badExits: exits.filter((code) => code !== 0).length,
  };
}
