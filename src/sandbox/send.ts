import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../core/conversation.js';
import type { Answer, BytesAnswer, WholeAnswer } from './answer.js';
import { encoded } from './event-stream.js';

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
