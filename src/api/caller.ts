import type { CallOptions, Clock } from '../base/time.js';
import { momentOf, type ServerClock } from '../turn/server-clock.js';
import { AppError } from '../base/errors.js';
import { version } from '../base/version.js';
import { readJson, readText, readToEnd, type Reader } from './answer.js';
import { apiError } from './api-error.js';
import type { HttpRequest, HttpResponse } from './http.js';
import { queryString, type Query } from './path.js';
import { errorWithoutKey } from './request-record.js';
import type { Transport } from './transport.js';

/** Until a connection is open, in milliseconds. */
const CONNECT_MS = 10_000;

/** One call of the API. */
export interface Call extends CallOptions {
  method?: HttpRequest['method'];
  /** Below the base URL, encoded. */
  path: string;
  query?: Query;
  /** JSON, as it goes on the wire. */
  body?: string;
  headers?: Record<string, string> | undefined;
  /** Bound on the time between two pieces of the answer, in milliseconds; none unless given. */
  silenceMs?: number | undefined;
}

/** Calls with the key, the usual headers and errors as AppErrors. */
export interface Caller {
  /** A 2xx answer, its body still unread. */
  open(call: Call): Promise<HttpResponse>;
  /** The JSON of a 2xx answer, read into a type of ours. */
  json<T>(call: Call, read: Reader<T>): Promise<T>;
  /** For calls that declare no answer: resolves at any 2xx, whatever comes with it. */
  done(call: Call): Promise<void>;
  /** A failure that may be told: with its way out, and without what an answer says of the key. */
  clean(error: unknown): unknown;
}

export interface CallerOptions {
  apiKey: string;
  /** What the key is called in hints, such as the variable it is from. */
  keyName?: string | undefined;
  /** What bounds a call is called in hints, such as the flag that sets it. */
  timeoutName?: string | undefined;
  transport: Transport;
  clock: Clock;
  /** Is told of each answer's `Date`. */
  serverClock: ServerClock;
}

export function createCaller(options: CallerOptions): Caller {
  const { apiKey, keyName = 'the key', transport, clock, serverClock } = options;
  const authorization = `Bearer ${apiKey}`;
  async function send(call: Call): Promise<HttpResponse> {
    const asked = momentOf(clock);
    const response = await transport.request(requestFor(call, authorization));
    const had = momentOf(clock);
    if (response.status >= 200 && response.status < 300) {
      // A refusal may come from something in between, which has a clock of its own.
      serverClock.note({ date: Date.parse(response.headers.date ?? ''), asked, had });
      return response;
    }
    const text = await refusalText(response, call);
    throw apiError(response, text, { now: clock.now(), keyName, path: call.path });
  }
  async function open(call: Call): Promise<HttpResponse> {
    try {
      return await send(call);
    } catch (error) {
      throw clean(error);
    }
  }
  const clean = (error: unknown): unknown => told(error, options);
  return {
    open,
    clean,
    json: (call, read) => undelivered(async () => readJson(await open(call), read), clean),
    done: (call) =>
      undelivered(async () => {
        const headers = { accept: '*/*', ...call.headers };
        await readToEnd(await open({ ...call, headers }));
      }, clean),
  };
}

/** A failure with its way out, and without what an answer says of the key. */
function told(
  error: unknown,
  { apiKey, timeoutName = 'a longer timeout' }: CallerOptions,
): unknown {
  if (!(error instanceof AppError)) return error;
  // A timeout that has a hint already is not a matter of the bound.
  const hint = `allow more time: ${timeoutName}`;
  return errorWithoutKey(error.kind === 'timeout' ? error.with({ hint }) : error, apiKey);
}

function requestFor(call: Call, authorization: string): HttpRequest {
  const { method = 'GET', path, query, body, signal, timeoutMs, silenceMs = timeoutMs } = call;
  return {
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
  };
}

/** Runs a call that is no turn. */
async function undelivered<T>(
  call: () => Promise<T>,
  clean: (error: unknown) => unknown,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw clean(error instanceof AppError ? withoutDelivery(error) : error);
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

/** What a refusal says; its status alone decides when the rest is lost on the way or not text. */
async function refusalText(response: HttpResponse, { signal }: Call): Promise<string> {
  try {
    return await readText(response);
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}
