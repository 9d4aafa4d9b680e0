import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliver } from '../helpers/persistent-caller.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../helpers/redis-server.js';
import { post } from '../helpers/relay.js';
import { twoReplicas, userTexts, type Replica } from '../helpers/replica.js';

/** Of a turn: long enough to be stopped in the middle of one. */
const LATENCY_MS = 1_000;

describe.skipIf(REDIS_SERVERS.length === 0)('replicas that share a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.remove());

  test('go on without one that is stopped, and it joins them again', async () => {
    const { one, other, stats } = await twoReplicas(redis.url, LATENCY_MS);
    const { conversationId } = await deliver([one.url], { text: 'first' });
    const say = (relay: Replica, text: string) => deliver([relay.url], { text, conversationId });
    const running = say(one, 'running');
    const isStored = async () => userTexts((await stats()).conversations[0]).includes('running');
    while (!(await isStored())) await new Promise((resolve) => setTimeout(resolve, 20));
    const waiting = post(one, { message: 'waiting', conversation_id: conversationId });
    await post(one, '{'); // By then the one before has been read.
    await one.kill('SIGSTOP');
    const next = await say(other, 'next');
    await one.kill('SIGCONT');
    // It lost its place over that, and so did what waited behind it.
    expect((await waiting).status).toBe(503);
    const last = await say(one, 'last');
    expect([next.outcome, last.outcome]).toEqual(['answered', 'answered']);
    await running;
    const [conversation] = (await stats()).conversations;
    expect(userTexts(conversation)).toEqual(['first', 'running', 'next', 'last']);
  }, 60_000);
});
