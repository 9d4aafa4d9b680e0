import { onTestFinished } from 'vitest';
import { createClient, type Client } from '../../src/api/client.js';
import type { RequestReport } from '../../src/api/http.js';
import { createTransport, type Transport, type TransportOptions } from '../../src/api/transport.js';
import { createUndiciTransport } from '../../src/api/undici-transport.js';
import type { CallOptions } from '../../src/base/time.js';
import type { ChatEvent, SentTurn } from '../../src/turn/events.js';
import { stillClock, type StillClock } from './still-clock.js';

export const API_KEY = 'KEY-secret-0123456789';

export interface ApiClient extends Client {
  /** The answer's events, also when it is not streamed. */
  chat(turn: SentTurn, options: CallOptions): AsyncGenerator<ChatEvent>;
  /** What `--debug` would tell. */
  reports: RequestReport[];
}

/** Both ways to carry requests. */
export const TRANSPORTS: [name: string, open: (options: TransportOptions) => Transport][] = [
  ['node:http', createTransport],
  ['undici', createUndiciTransport],
];

interface ApiClientOptions {
  proxy?: URL;
  clock?: StillClock;
  openTransport?: (options: TransportOptions) => Transport;
}

/** Our client for a server of the test's own; closed when the test ends. */
export function apiClient(
  baseUrl: string,
  { proxy, clock = stillClock(), openTransport = createTransport }: ApiClientOptions = {},
): ApiClient {
  const reports: RequestReport[] = [];
  const onRequest = (report: RequestReport): void => void reports.push({ ...report });
  const transport = openTransport({ baseUrl, proxy, clock, onRequest });
  const client = createClient({ apiKey: API_KEY, transport, clock, randomId: () => 'id-1' });
  onTestFinished(() => client.close());
  return { ...client, chat: (turn, call) => chatEvents(client, turn, call), reports };
}

async function* chatEvents(
  client: Client,
  turn: SentTurn,
  call: CallOptions,
): AsyncGenerator<ChatEvent> {
  const answer = await client.chat(turn, call);
  if (typeof answer === 'string') yield { type: 'done', reply: answer };
  else yield* answer;
}

/** Options of one call. */
export function options(more: Partial<CallOptions> = {}): CallOptions {
  return { signal: new AbortController().signal, timeoutMs: 10_000, ...more };
}

export const TURN = { assistantId: 'a-1', conversationId: 'c-1', text: 'hello', stream: false };

/** All that a source gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
