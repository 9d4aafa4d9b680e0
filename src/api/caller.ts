import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../base/errors.js';
import type { CallOptions, Clock } from '../base/time.js';
import { version } from '../base/environment.js';
import { parseJson, wellFormedJson } from '../base/text/well-formed.js';
import { momentOf, type ServerClock } from '../turn/server-clock.js';
import { unexpectedResponse, WRONG_SERVER_HINT, apiError } from './api-error.js';
import { type HttpResponse, type HttpRequest, queryString, type Query, discard } from './http.js';
import { errorWithoutKey } from './request-record.js';
import type { Transport } from './transport.js';

/** Reads a response's JSON into a type of ours; throws on another shape. */
export type Reader<T> = (body: unknown, response: HttpResponse) => T;

/** The JSON of a response, read into a type of ours. Rejects with an AppError on any other. */
export async function readJson<T>(response: HttpResponse, read: Reader<T>): Promise<T> {
  const text = await readText(response);
  try {
    return read(parseJson(text), response);
  } catch (error) {
    throw unexpectedResponse(response, text, error);
  }
}

/** A response's body. Rejects with an AppError when it is in an encoding that was not asked for. */
export async function readText({
  status,
  requestId,
  body,
  headers,
}: HttpResponse): Promise<string> {
  const text = await decoded(body);
  const encoding = headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    throw new AppError('api', `the API answered in an encoding nobody asked for: ${encoding}`, {
      status,
      requestId,
      hint: WRONG_SERVER_HINT,
      delivery: 'unknown',
    });
  }
  return text.replace(/^\uFEFF/, '');
}

async function decoded(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  const [first] = pieces;
  if (pieces.length === 1 && first) return first.toString('utf8');
  // Each piece alone: joined bytes would take the memory of the body once more.
  const decoder = new StringDecoder('utf8');
  const text = pieces.splice(0).map((piece) => decoder.write(piece));
  return text.join('') + decoder.end();
}

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
  /** Between two pieces of the response, in milliseconds; no bound unless given. */
  silenceMs?: number | undefined;
}

/** Calls with the key, the usual headers and errors as AppErrors. */
export interface Caller {
  /** A 2xx response with its body unread. */
  open(call: Call): Promise<HttpResponse>;
  /** The JSON of a 2xx response, read into a type of ours. */
  json<T>(call: Call, read: Reader<T>): Promise<T>;
  /** For calls whose response has no content: resolves at any 2xx. */
  done(call: Call): Promise<void>;
  /** The failure as it may be shown: with a hint, and without the key. */
  presentable(error: unknown): unknown;
}

export interface CallerOptions {
  apiKey: string;
  /** The key's name in hints, such as the variable it is from. */
  keyName?: string | undefined;
  /** The timeout's name in hints, such as the flag that sets it. */
  timeoutName?: string | undefined;
  transport: Transport;
  clock: Clock;
  /** Learns from the `Date` of each response. */
  serverClock: ServerClock;
}

export function createCaller(options: CallerOptions): Caller {
  const { apiKey, keyName = 'the key', transport, clock, serverClock } = options;
  const authorization = `Bearer ${apiKey}`;
  const presentable = (error: unknown): unknown => presented(error, options);
  async function open(call: Call): Promise<HttpResponse> {
    try {
      const asked = momentOf(clock);
      const response = await transport.request(requestFor(call, authorization));
      const had = momentOf(clock);
      if (response.status < 200 || response.status >= 300) {
        const text = await refusalText(response, call);
        throw apiError(response, text, { now: clock.now(), keyName, path: call.path });
      }
      // A refusal may come from a gateway with a clock of its own.
      serverClock.note({ date: Date.parse(response.headers.date ?? ''), asked, had });
      return response;
    } catch (error) {
      throw presentable(error);
    }
  }
  const shown = (error: unknown): never => {
    throw presentable(withoutDelivery(error));
  };
  return {
    open,
    json: (call, read) =>
      open(call)
        .then((response) => readJson(response, read))
        .catch(shown),
    async done(call) {
      const accepting = { ...call, headers: { accept: '*/*', ...call.headers } };
      await open(accepting)
        .then(({ body }) => discard(body))
        .catch(shown);
    },
    presentable,
  };
}

function presented(
  error: unknown,
  { apiKey, timeoutName = 'a longer timeout' }: CallerOptions,
): unknown {
  if (!(error instanceof AppError)) return error;
  // A timeout that has a hint already is not a matter of the bound.
  const hint = `allow more time: ${timeoutName}`;
  return errorWithoutKey(error.kind === 'timeout' ? error.with({ hint }) : error, apiKey);
}

/** Delivery is a matter of turns: a call that is none says nothing of it. */
function withoutDelivery(error: unknown): unknown {
  return error instanceof AppError ? error.but({ delivery: undefined }) : error;
}

function requestFor(call: Call, authorization: string): HttpRequest {
  const { method = 'GET', path, query, body, signal, timeoutMs, silenceMs = timeoutMs } = call;
  return {
    method,
    path: path + queryString(query),
    headers: headersFor(call, authorization),
    body: body && wellFormedJson(body),
    signal,
    timeouts: {
      connectMs: Math.min(CONNECT_MS, timeoutMs),
      silenceMs: Math.min(silenceMs, timeoutMs),
      totalMs: timeoutMs,
    },
  };
}

const USER_AGENT = `telnyx-chat/${version}`;

/** Assigned rather than spread, which takes long thousands of times a second. */
function headersFor({ body, headers }: Call, authorization: string): Record<string, string> {
  const all: Record<string, string> = {
    authorization,
    'user-agent': USER_AGENT,
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  if (body !== undefined) all['content-type'] = 'application/json';
  return headers ? Object.assign(all, headers) : all;
}

/** The body of a refusal; the status alone decides when it is lost on the way or not text. */
async function refusalText(response: HttpResponse, { signal }: Call): Promise<string> {
  try {
    return await readText(response);
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}
