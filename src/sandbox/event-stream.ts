import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../base/time.js';
import type {
  BytesAnswer,
  SoundAnswer,
  StreamAnswer,
  StreamEvent,
  Answer,
  WholeAnswer,
} from './answer.js';

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
};

/** Timers are no finer than this, so shorter waits are saved up. */
const SHORTEST_WAIT_MS = 10;

/** The reply as `delta` events of about a word each, then `done` with the whole. */
export function streamedReply(reply: string, spreadMs: number): StreamAnswer {
  const deltas = splitReply(reply).map((content): StreamEvent => {
    return { event: 'delta', data: { content } };
  });
  const done: StreamEvent = { event: 'done', data: { content: reply, whatsapp_template: null } };
  return { type: 'stream', events: [...deltas, done], spreadMs, ending: 'end' };
}

/** Pieces of about a word that join to the same text; words without an end are cut. */
export function splitReply(reply: string): string[] {
  return reply.match(/\s*\S{1,24}|\s+/gu) ?? [];
}

/**
 * The bytes of the answer, the deltas spread over its time. Telnyx documents the events and not
 * their frames: this is the plain SSE form of them.
 */
export async function* frames(
  { events, spreadMs }: StreamAnswer,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const share = spreadMs / Math.max(1, events.length - 1);
  let owed = 0;
  for (const event of events) {
    if (owed >= SHORTEST_WAIT_MS) {
      await clock.sleep(owed, signal);
      owed = 0;
    }
    yield frame(event);
    owed += share;
  }
}

export function frame({ event, data }: StreamEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** How many bytes the body has. */
export function sizeOf(answer: SoundAnswer): number {
  const body = answer.type === 'whole' ? answer.body : answer.events.map(frame).join('');
  return Buffer.byteLength(body);
}

/** The same answer, down to its bytes. */
export function encoded(answer: SoundAnswer): BytesAnswer {
  if (answer.type === 'stream') {
    const chunks: BytesAnswer['chunks'] = (clock, gone) => frames(answer, clock, gone);
    return { ...answer, type: 'bytes', status: 200, headers: STREAM_HEADERS, chunks };
  }
  const { status, headers, body } = answer;
  return {
    type: 'bytes',
    status,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    chunks: () => [body],
    ending: 'end',
  };
}

/** Sends the answer. Rejects when the client goes away before the end of a stream. */
export async function send(answer: Answer, response: ServerResponse, clock: Clock): Promise<void> {
  if (answer.type === 'reset') response.socket?.resetAndDestroy();
  else if (answer.type === 'stall') await left(response);
  else if (answer.type === 'whole') sendWhole(answer, response);
  else await sendBytes(answer.type === 'stream' ? encoded(answer) : answer, response, clock);
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
  if (ending === 'stall') await left(response);
  // What was written still arrives; the missing last chunk tells the client that it was cut off.
  if (ending === 'reset') response.socket?.destroySoon();
}

/** Until the client leaves, or the sandbox closes and so cuts every connection. */
async function left(response: ServerResponse): Promise<void> {
  if (!response.destroyed) await once(response, 'close');
}
