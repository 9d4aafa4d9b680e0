import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { atEndOfRound } from './batch-writes.js';

/** A request that is not served: what its caller is told. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** 503: for now. */
export function busy(message: string, retryAfterMs = 1_000): Refusal {
  return new Refusal(503, message, retryAfter(retryAfterMs));
}

/** In whole seconds, at least one. */
export function retryAfter(ms: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** Sends JSON, as text that is made already. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const length = Buffer.byteLength(body);
  // A list is what Node writes fastest.
  const head = ['content-type', 'application/json', 'content-length', String(length)];
  for (const name in headers) head.push(name, headers[name] ?? '');
  response.writeHead(status, head);
  atEndOfRound(() => response.end(body));
}

/** An error as every caller gets it. */
export function errorBody(error: string, conversationId?: string): string {
  return JSON.stringify({ error, conversation_id: conversationId });
}

/** The answer that is under way on a connection: Node keeps it there from the request's head to the answer's end. */
export function answerOn(socket: Duplex): { headersSent: boolean } | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  if (typeof message !== 'object' || message === null || !('headersSent' in message))
    return undefined;
  return { headersSent: message.headersSent === true };
}

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
