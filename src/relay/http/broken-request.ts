import type { Duplex } from 'node:stream';
import { atEndOfRound } from '../../end-of-round.js';
import { errorBody } from './answer.js';
import { answerOn } from './answer-on.js';

/** For the other side to read the answer, in milliseconds. */
const LINGER_MS = 1_000;

type Problem = readonly [line: string, error: string];

export const NO_TUNNEL: Problem = ['405 Method Not Allowed', 'Method not allowed'];

const PROBLEMS: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Request headers too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'Request body too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'Request took too long'],
};

/** Answers what is no HTTP request, or not in time, where nothing else was answered yet. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  // An answer to what came before may still be about to be written.
  else if (answerOn(socket)?.headersSent) atEndOfRound(() => socket.destroy());
  else answerOnSocket(socket, PROBLEMS[error.code ?? ''] ?? ['400 Bad Request', 'Bad request']);
}

/** Answers where Node gives no response to answer with, and ends the connection. */
export function answerOnSocket(socket: Duplex, [line, text]: Problem): void {
  socket.on('error', () => undefined);
  const body = errorBody(text);
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
