import { describe, expect, onTestFinished, test } from 'vitest';
import type { Stats } from '../../src/sandbox/control.js';
import { deliver, type Delivered } from '../helpers/persistent-caller.js';
import { realClock } from '../helpers/real-clock.js';
import {
  asDefault,
  PASSWORD,
  SENTINEL_PASSWORD,
  until,
  watchedRedis,
  type WatchedRedis,
} from '../helpers/redis-sentinel.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../helpers/redis-server.js';
import { serve, upstream } from '../helpers/relay.js';
import { overlapping, replica, userTexts, type Replica } from '../helpers/replica.js';
import { tcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { start } from '../sandbox/start.js';

const CONVERSATIONS = 3;
/** Of a turn: long enough for another one to begin meanwhile on a busy machine, if it may. */
const LATENCY_MS = 100;
/** Turns of each caller before the fault, and after it is over. */
const TURNS = 3;

interface RedisFault {
  name: string;
  fault(broken: Broken): Promise<void>;
}

interface Broken {
  redis: RedisServer;
  /** The first relay reaches Redis through it. */
  way: TcpProxy;
}

const FREEZE_MS = 1_000;
const command = (...words: string[]) => ({
  name: words.join(' '),
  async fault({ redis }: Broken) {
    await redis.command(...words);
  },
});
/** Two commands, the second of which ends what the first did. */
const between = (first: string[], second: string[]) => ({
  name: first.join(' '),
  async fault({ redis }: Broken) {
    await redis.command(...first);
    await passed(FREEZE_MS);
    await redis.command(...second);
  },
});
const BUSY = `local ends = redis.call('TIME')[1] + 2
while tonumber(redis.call('TIME')[1]) < ends do end`;
/** Deletes the keys of one pattern that another one does not fit. */
const DROP = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  if not string.match(key, ARGV[2]) then redis.call('DEL', key) end end`;

const OF_REDIS: RedisFault[] = [
  {
    name: 'killed, and back with what it kept',
    fault: ({ redis }) => redis.kill().then(() => redis.start()),
  },
  {
    name: 'killed, and back with nothing',
    async fault({ redis }) {
      await redis.command('CONFIG', 'SET', 'appendonly', 'no');
      await redis.kill().then(() => redis.start());
    },
  },
  {
    name: 'away for longer than a lease',
    async fault({ redis }) {
      await redis.kill();
      await passed(7_000);
      await redis.start();
    },
  },
  { name: 'frozen for a moment', fault: ({ redis }) => frozen(redis, FREEZE_MS) },
  { name: 'frozen until it is given up', fault: ({ redis }) => frozen(redis, 4_000) },
  { name: 'one connection stalls, new ones too', fault: ({ way }) => stalled(way, 4_000) },
  {
    name: 'one connection is held, new ones are not',
    async fault({ way }) {
      way.hold();
      await passed(4_000);
      way.flow();
    },
  },
  command('FLUSHALL'),
  command('SCRIPT', 'FLUSH'),
  command('CLIENT', 'KILL', 'TYPE', 'normal'),
  command('CLIENT', 'PAUSE', String(FREEZE_MS), 'WRITE'),
  command('EVAL', DROP, '0', '*session:*', '^$'),
  // The queues, or the keys of their first tickets: one of them is enough.
  command('EVAL', DROP, '0', '*turns:*', ':first$'),
  command('EVAL', DROP, '0', '*turns:*:first', '^$'),
  command('EVAL', BUSY, '0'),
  between(['REPLICAOF', '127.0.0.1', '9'], ['REPLICAOF', 'NO', 'ONE']),
  between(['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']),
  between(
    ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
    ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
  ),
  between(
    ['ACL', 'SETUSER', 'default', '-eval', '-evalsha'],
    ['ACL', 'SETUSER', 'default', '+@all'],
  ),
];

/** Of two processes of the built program. */
const OF_PROCESSES: { name: string; fault(one: Replica): Promise<void> }[] = [
  { name: 'a relay is killed', fault: (one) => one.kill('SIGKILL') },
  { name: 'a relay is told to end', fault: (one) => one.kill('SIGTERM') },
  {
    name: 'a relay stops, and goes on',
    async fault(one) {
      await one.kill('SIGSTOP');
      await passed(7_000);
      await one.kill('SIGCONT');
    },
  },
];

/** Of a master that a Sentinel watches. */
const OF_MASTERS: { name: string; fault(watched: WatchedRedis): Promise<void> }[] = [
  { name: 'the master is killed', fault: ({ master }) => master.kill() },
  {
    name: 'the master gives its place to its replica',
    async fault({ replica, failOver }) {
      await failOver();
      await promoted(replica);
    },
  },
  {
    name: 'the master is frozen, and back when another one is',
    async fault({ master, replica }) {
      master.freeze();
      await promoted(replica);
      master.thaw();
    },
  },
  {
    name: 'the master is killed before its replica has its last writes',
    async fault({ master, replica, link }) {
      link.stall();
      await passed(FREEZE_MS);
      await master.kill();
      await promoted(replica);
    },
  },
];

function promoted(replica: RedisServer): Promise<void> {
  return until(async () => /role:master/.test(await asDefault(replica, 'INFO', 'replication')));
}

describe.skipIf(!REDIS_SERVERS.includes('redis-server'))('two relays with a Redis', () => {
  test('faults of Redis and of processes: nothing is mixed up, doubled or overlaps', async () => {
    const runs = [
      ...OF_REDIS.map(async (each) => [each.name, await redisFault(each)]),
      ...OF_PROCESSES.map(async ({ name, fault }) => [name, await processFault(fault)]),
      ...OF_MASTERS.map(async ({ name, fault }) => [name, await failover(fault)]),
    ];
    const found = Object.fromEntries(await Promise.all(runs)) as Record<string, object>;
    const none = { mixed: 0, doubled: 0, overlaps: 0 };
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(20);
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, none])));
  }, 240_000);
});

async function redisFault({ fault }: RedisFault): Promise<object> {
  const redis = await redisServer({ args: ['--appendonly', 'yes'] });
  onTestFinished(() => redis.remove());
  const way = await tcpProxy(redis.port);
  const url = (port: number): string => `redis://127.0.0.1:${port}`;
  return outcomeOf([url(way.port), url(redis.port)], () => fault({ redis, way }));
}

async function failover(fault: (watched: WatchedRedis) => Promise<void>): Promise<object> {
  const watched = await watchedRedis();
  const query = `?sentinel_password=${SENTINEL_PASSWORD}`;
  const url = `redis+sentinel://:${PASSWORD}@${watched.hosts}/${watched.name}${query}`;
  return outcomeOf([url, url], () => fault(watched));
}

async function outcomeOf(urls: string[], fault: () => Promise<void>): Promise<object> {
  const sandbox = await start({ clock: realClock(), latencyMs: LATENCY_MS });
  const env = upstream(sandbox.url, sandbox.assistantId);
  const relays = await Promise.all(
    urls.map((url) =>
      serve(['--log-level', 'silent'], { env: { ...env, TELNYX_CHAT_REDIS: url } }),
    ),
  );
  const delivered = await talkDuring(
    relays.map(({ url }) => url),
    fault,
  );
  return faultsIn(sandbox.stats(), delivered);
}

async function processFault(fault: (one: Replica) => Promise<void>): Promise<object> {
  const redis = await redisServer({ args: ['--appendonly', 'yes'] });
  onTestFinished(() => redis.remove());
  const sandbox = await start({ clock: realClock(), latencyMs: LATENCY_MS });
  const env = { ...upstream(sandbox.url, sandbox.assistantId), TELNYX_CHAT_REDIS: redis.url };
  const [one, other] = await Promise.all([replica([], env), replica([], env)]);
  const delivered = await talkDuring([one.url, other.url], () => fault(one));
  return faultsIn(sandbox.stats(), delivered);
}

/** Callers in pairs, who share a conversation over different relays, before, during and after the fault. */
async function talkDuring(relays: string[], fault: () => Promise<void>): Promise<Delivered[]> {
  const delivered: Delivered[] = [];
  let isOver = false;
  let over: Promise<void> | undefined;
  const say = async (from: string[], text: string, conversationId?: string) => {
    const turn = await deliver(from, { text, conversationId });
    delivered.push(turn);
    if (delivered.length >= CONVERSATIONS * TURNS)
      over ??= fault().then(() => void (isOver = true));
    return turn.conversationId;
  };
  const converse = async (number: number): Promise<void> => {
    const id = await say(relays, `${number} first`);
    const part = async (from: string[], caller: string): Promise<void> => {
      for (let turn = 0, since = 0; since < TURNS; turn++) {
        if (isOver) since++;
        await say(from, `${number} ${caller} ${turn}`, id);
      }
    };
    await Promise.all([part(relays, 'a'), part([...relays].reverse(), 'b')]);
  };
  await Promise.all(Array.from({ length: CONVERSATIONS }, (_, number) => converse(number)));
  await over;
  return delivered;
}

function faultsIn({ conversations }: Stats, delivered: Delivered[]) {
  const mixed = delivered.filter(({ text, outcome, conversationId }) => {
    const places = conversations.filter((each) => userTexts(each).includes(text));
    const isThere = places.some(({ id }) => id === conversationId);
    return places.length > 1 || (outcome === 'answered' && !isThere);
  });
  const turns = conversations.flatMap((conversation) => conversation.turns);
  return {
    mixed: mixed.length,
    doubled: turns.filter(({ count }) => count > 1).length,
    overlaps: conversations.flatMap(overlapping).length,
  };
}

async function frozen(redis: RedisServer, ms: number): Promise<void> {
  redis.freeze();
  await passed(ms);
  redis.thaw();
}

async function stalled(way: TcpProxy, ms: number): Promise<void> {
  way.stall();
  await passed(ms);
  way.flow();
}

/** A fault takes its time. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
