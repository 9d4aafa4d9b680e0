import type { CallOptions, Clock } from '../core/conversation.js';
import { momentOf, type ServerClock } from '../core/delivery/server-clock.js';
import { AppError } from '../errors.js';
import { version } from '../version.js';
import { apiError, unexpectedAnswer, WRONG_SERVER_HINT } from './api-error.js';
import type { HttpResponse } from './http.js';
import { withoutKey } from './secrets.js';
import type { Transport } from './transport.js';

/** Until a connection is open, in milliseconds. */
const CONNECT_MS = 10_000;

/** One call of the API. */
export interface Call extends CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, encoded. */
  path: string;
  query?: Record<string, string | number | undefined>;
  /** JSON, as it goes on the wire. */
  body?: string;
  headers?: Record<string, string> | undefined;
  /** Bound on the time between two pieces of the answer, in milliseconds; none unless given. */
  silenceMs?: number | undefined;
}

/** Reads an answer's JSON into a type of ours; throws on another shape. */
type Reader<T> = (body: unknown, response: HttpResponse) => T;

/** Calls with the key, the usual headers and errors as AppErrors. */
export interface Caller {
  /** A 2xx answer, its body still unread. */
  open(call: Call): Promise<HttpResponse>;
  /** The JSON of a 2xx answer, read into a type of ours. */
  json<T>(call: Call, read: Reader<T>): Promise<T>;
  /** For calls that declare no answer: resolves at any 2xx, whatever comes with it. */
  done(call: Call): Promise<void>;
}

export interface CallerOptions {
  apiKey: string;
  /** What the key is called in hints, such as the variable it is from. */
  keyName?: string | undefined;
  transport: Transport;
  clock: Clock;
  /** Is told of each answer's `Date`. */
  serverClock: ServerClock;
}

export function createCaller(options: CallerOptions): Caller {
  const { apiKey, keyName = 'the key', transport, clock, serverClock } = options;
  const authorization = `Bearer ${apiKey}`;
  async function open(call: Call): Promise<HttpResponse> {
    const { method = 'GET', path, query, body, signal, timeoutMs, silenceMs = timeoutMs } = call;
    const asked = momentOf(clock);
    const response = await transport.request({
      method,
      path: path + queryString(query),
      headers: headersOf(call, authorization),
      body,
      signal,
      timeouts: {
        connectMs: Math.min(CONNECT_MS, timeoutMs),
        silenceMs: Math.min(silenceMs, timeoutMs),
        totalMs: timeoutMs,
      },
    });
    const had = momentOf(clock);
    if (response.status >= 200 && response.status < 300) {
      // A refusal may come from something in between, which has a clock of its own.
      serverClock.note({ date: Date.parse(response.headers.date ?? ''), asked, had });
      return response;
    }
    const text = withoutKey(await refusalText(response, call), apiKey);
    throw apiError(response, text, { now: clock.now(), keyName });
  }
  return {
    open,
    json: (call, read) => undelivered(async () => readJson(await open(call), read)),
    done: (call) =>
      undelivered(async () => {
        const headers = { accept: '*/*', ...call.headers };
        const { body } = await open({ ...call, headers });
        const pieces = body[Symbol.asyncIterator]();
        // Read to its end, the answer leaves its connection to the next request.
        while ((await pieces.next()).done !== true);
      }),
  };
}

/** Runs a call that is no turn. */
async function undelivered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof AppError ? withoutDelivery(error) : error;
  }
}

/** Whether something was delivered is a question of turns only. */
function withoutDelivery({ kind, message, details, cause }: AppError): AppError {
  return new AppError(kind, message, { ...details, delivery: undefined, cause });
}

const USER_AGENT = `telnyx-chat/${version}`;

/** Not spread into each other: that takes long, and a relay does it thousands of times a second. */
function headersOf({ body, headers }: Call, authorization: string): Record<string, string> {
  const all: Record<string, string> = {
    authorization,
    'user-agent': USER_AGENT,
    accept: 'application/json',
  };
  if (body !== undefined) all['content-type'] = 'application/json';
  return headers ? Object.assign(all, headers) : all;
}

export async function readJson<T>(response: HttpResponse, read: Reader<T>): Promise<T> {
  const text = await bodyText(response);
  try {
    return read(JSON.parse(text), response);
  } catch (error) {
    throw unexpectedAnswer(response, text, error);
  }
}

/** What a refusal says; its status alone decides when the rest is lost on the way or not text. */
async function refusalText(response: HttpResponse, { signal }: Call): Promise<string> {
  try {
    return await bodyText(response);
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}

export async function bodyText({
  status,
  requestId,
  body,
  headers,
}: HttpResponse): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  const encoding = headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    throw new AppError('api', `the API answered in an encoding nobody asked for: ${encoding}`, {
      status,
      requestId,
      hint: WRONG_SERVER_HINT,
      delivery: 'unknown',
    });
  }
  const [first] = pieces;
  const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
  return whole.toString('utf8').replace(/^\uFEFF/, '');
}

function queryString(query: Call['query']): string {
  if (query === undefined) return '';
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encoded(key)}=${encoded(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** With what RFC 3986 reserves and `encodeURIComponent` leaves: filters have brackets with a meaning. */
function encoded(text: string): string {
  const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}
