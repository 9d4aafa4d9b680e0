import type { Clock } from '../core/conversation.js';
import type { BytesAnswer, SoundAnswer, StreamAnswer, StreamEvent } from './answer.js';

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
