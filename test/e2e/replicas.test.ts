import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stats } from '../../src/sandbox/control.js';
import { deliver, type Delivered } from '../helpers/persistent-caller.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../helpers/redis-server.js';
import { overlapping, twoReplicas, userTexts } from '../helpers/replica.js';

const CONVERSATIONS = 100;
/** Of each conversation, by each of its two callers. */
const TURNS = 10;
const LATENCY_MS = 3;

describe.skipIf(REDIS_SERVERS.length === 0)('replicas that share a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.remove());

  test(
    `answer ${2 * CONVERSATIONS * TURNS} turns once and in order, though one is killed`,
    { timeout: 120_000 },
    async () => {
      const { one, other, stats } = await twoReplicas(redis.url, LATENCY_MS);
      const delivered: Delivered[] = [];
      let inFlight = 0;
      const say = async (relays: string[], text: string, conversationId?: string) => {
        inFlight++;
        const turn = await deliver(relays, { text, conversationId });
        inFlight--;
        if (delivered.push(turn) === CONVERSATIONS * TURNS) {
          inFlightAtKill = inFlight;
          killed = one.kill('SIGKILL');
        }
        return turn.conversationId;
      };
      let inFlightAtKill = 0;
      let killed: Promise<void> | undefined;
      const converse = async (number: number): Promise<void> => {
        const orders = [
          [one.url, other.url],
          [other.url, one.url],
        ];
        // Either begins half of the conversations; then both have a part in each.
        const [first = [], second = []] = number % 2 === 0 ? orders : orders.reverse();
        const id = await say(first, `${number} a 0`);
        const part = async (relays: string[], caller: string, from: number) => {
          for (let turn = from; turn < TURNS; turn++)
            await say(relays, `${number} ${caller} ${turn}`, id);
        };
        await Promise.all([part(first, 'a', 1), part(second, 'b', 0)]);
      };
      await Promise.all(Array.from({ length: CONVERSATIONS }, (_, number) => converse(number)));
      await killed;

      const unknown = delivered.filter(({ outcome }) => outcome === 'unknown');
      expect(delivered).toHaveLength(2 * CONVERSATIONS * TURNS);
      expect(unknown.length).toBeLessThanOrEqual(inFlightAtKill);
      const kept = await stats();
      expect(kept.conversations).toHaveLength(CONVERSATIONS);
      expect(faultsIn(kept, delivered)).toEqual([]);
    },
  );
});

/** What is stored otherwise than it should be. */
function faultsIn({ conversations }: Stats, delivered: Delivered[]): string[] {
  return conversations.flatMap((conversation) => {
    const ours = delivered.filter(({ conversationId }) => conversationId === conversation.id);
    const texts = userTexts(conversation);
    return [
      ...conversation.turns.filter(({ count }) => count > 1).map(({ text }) => `doubled: ${text}`),
      ...ours
        .filter(({ text, outcome }) => outcome === 'answered' && !texts.includes(text))
        .map(({ text }) => `missing: ${text}`),
      ...overlapping(conversation).map((text) => `before the reply to the one before: ${text}`),
      ...misplaced(texts, ours).map((text) => `too early: ${text}`),
    ];
  });
}

/** Turns that are stored before one that was answered before they were asked for. */
function misplaced(texts: string[], delivered: Delivered[]): string[] {
  const byText = new Map(delivered.map((turn) => [turn.text, turn]));
  const turns = texts.flatMap((text) => byText.get(text) ?? []);
  return turns
    .filter(({ askedAt }, place) => turns.slice(place + 1).some(({ knownAt }) => knownAt < askedAt))
    .map(({ text }) => text);
}
