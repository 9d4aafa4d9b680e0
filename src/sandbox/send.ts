import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../core/conversation.js';
import type { Answer, StreamAnswer, WholeAnswer } from './answer.js';
import { frames } from './event-stream.js';

/** Sends the answer. Rejects when the client goes away before the end of a stream. */
export async function send(answer: Answer, response: ServerResponse, clock: Clock): Promise<void> {
  if (answer.type === 'reset') response.socket?.resetAndDestroy();
  else if (answer.type === 'whole') sendWhole(answer, response);
  else await sendStream(answer, response, clock);
}

function sendWhole({ status, headers, body }: WholeAnswer, response: ServerResponse): void {
  // 204 may not carry a length.
  const framing = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...framing }).end(body);
}

async function sendStream(
  answer: StreamAnswer,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('The client went away.')));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const end = answer.ending === 'end';
  await pipeline(frames(answer, clock, gone.signal), response, { end });
  // What was written still arrives; the missing last chunk tells the client that it was cut off.
  if (!end) response.socket?.destroySoon();
}
