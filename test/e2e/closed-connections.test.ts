import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { realClock } from '../helpers/real-clock.js';
import { post, upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';
import { start } from '../sandbox/start.js';

const CONVERSATIONS = 80;
const TURNS = 25;
/** A connection is closed after every so many responses. */
const RESPONSES_PER_CLOSE = 20;
/** How long it idles before, in milliseconds; each time the next of these. */
const IDLE_MS = [0, 20, 1, 40, 5];

it(
  `${CONVERSATIONS * TURNS} turns over connections that are closed while they idle: none fails, none is doubled`,
  { timeout: 120_000 },
  async () => {
    const sandbox = await start({ clock: realClock() });
    const gateway = await closingGateway(Number(new URL(sandbox.url).port));
    const relay = await replica([], upstream(gateway.url, sandbox.assistantId));

    const turns = Array.from({ length: TURNS }, (_, number) => `turn ${number}`);
    const talk = async (): Promise<{ id: string; statuses: number[] }> => {
      let id: string | undefined;
      const statuses: number[] = [];
      for (const message of turns) {
        const { status, body } = await post(relay, { message, conversation_id: id });
        statuses.push(status);
        id ??= (body as { conversation_id: string }).conversation_id;
      }
      return { id: id ?? '', statuses };
    };
    const talks = await Promise.all(Array.from({ length: CONVERSATIONS }, talk));

    expect(talks.flatMap(({ statuses }) => statuses).filter((status) => status !== 200)).toEqual(
      [],
    );
    const stats = new Map(sandbox.stats().conversations.map((each) => [each.id, each.turns]));
    expect(stats.size).toBe(CONVERSATIONS);
    const once = turns.map((text) => ({ text, count: 1 }));
    expect(talks.map(({ id }) => stats.get(id))).toEqual(talks.map(() => once));
    expect(gateway.closed()).toBeGreaterThan(50);
  },
);

/**
 * Stands before a server and closes connections some time after a response, unannounced. What arrives
 * after that is not passed on.
 */
async function closingGateway(target: number): Promise<{ url: string; closed: () => number }> {
  let closed = 0;
  let responses = 0;
  const server = createServer((caller) => {
    const inner = connect(target, '127.0.0.1');
    let closing: NodeJS.Timeout | undefined;
    const close = (): void => {
      closed++;
      caller.destroy();
      inner.destroy();
    };
    caller.on('data', (bytes) => {
      clearTimeout(closing);
      inner.write(bytes);
    });
    inner.on('data', (bytes) => {
      clearTimeout(closing);
      caller.write(bytes);
      if (++responses % RESPONSES_PER_CLOSE > 0) return;
      closing = setTimeout(close, IDLE_MS[(responses / RESPONSES_PER_CLOSE) % IDLE_MS.length]);
    });
    caller.on('error', () => undefined).on('close', () => inner.destroy());
    inner.on('error', () => undefined).on('close', () => caller.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v2`, closed: () => closed };
}
