import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../base/time.js';
import type {
  Answer,
  ApiAnswer,
  BytesAnswer,
  StreamAnswer,
  StreamEvent,
  WholeAnswer,
} from './call.js';

const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

/** Timers are not finer than this: shorter waits are added up. */
const MIN_WAIT_MS = 10;

/** Sends the answer. Rejects when the client leaves before the end of a stream. */
export async function sendAnswer(
  answer: Answer,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  if (answer.type === 'reset') response.socket?.resetAndDestroy();
  else if (answer.type === 'stall') await clientLeft(response);
  else if (answer.type === 'whole') sendWhole(answer, response);
  else await sendBytes(answer.type === 'stream' ? toBytes(answer) : answer, response, clock);
}

function sendWhole({ status, headers, body }: WholeAnswer, response: ServerResponse): void {
  // 204 may not carry a length.
  const framing = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...framing }).end(body);
}

async function sendBytes(
  { status, headers, chunks, ending }: BytesAnswer,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('The client went away.')));
  response.writeHead(status, headers).flushHeaders();
  await pipeline(chunks(clock, gone.signal), response, { end: ending === 'end' });
  if (ending === 'stall') await clientLeft(response);
  // Unlike a reset, this lets what was written arrive before the connection breaks.
  if (ending === 'reset') response.socket?.destroySoon();
}

/** Closing the sandbox cuts every connection, and so ends this too. */
async function clientLeft(response: ServerResponse): Promise<void> {
  if (!response.destroyed) await once(response, 'close');
}

/** The same answer as bytes, for faults to change. */
export function toBytes(answer: ApiAnswer): BytesAnswer {
  if (answer.type === 'stream') {
    const chunks: BytesAnswer['chunks'] = (clock, gone) => frames(answer, clock, gone);
    return { type: 'bytes', status: 200, headers: STREAM_HEADERS, chunks, ending: 'end' };
  }
  const { status, body } = answer;
  const headers = { ...answer.headers, 'content-length': String(bodySize(answer)) };
  return { type: 'bytes', status, headers, chunks: () => [body], ending: 'end' };
}

/** The size of the body in bytes. */
export function bodySize(answer: ApiAnswer): number {
  const body = answer.type === 'whole' ? answer.body : answer.events.map(frame).join('');
  return Buffer.byteLength(body);
}

/** The events over their time. Telnyx documents the events, but not how they are framed. */
async function* frames(
  { events, spreadMs }: StreamAnswer,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pauseMs = spreadMs / Math.max(1, events.length - 1);
  let waitMs = 0;
  for (const event of events) {
    if (waitMs >= MIN_WAIT_MS) {
      await clock.sleep(waitMs, signal);
      waitMs = 0;
    }
    yield frame(event);
    waitMs += pauseMs;
  }
}

/** One server-sent event. */
export function frame({ event, data }: StreamEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
