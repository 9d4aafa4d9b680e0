import type { Duplex } from 'node:stream';
import type { SlowReader, UnreadAnswers } from './unread-answers.js';

let tasks: (() => void)[] = [];

/**
 * Runs a task, such as a write, at the end of this round of the event loop. Writes that follow each other
 * wake a reader on another core once; with work in between, each would wake it again, which doubles its
 * cost. A task must not throw.
 */
export function atEndOfRound(task: () => void): void {
  if (tasks.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const due = tasks;
  tasks = [];
  for (const task of due) task();
}

/** The answer to a request that is not served. */
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

/** A 503, after which the caller may try again. */
export function busy(message: string, retryAfterMs = 1_000): Refusal {
  return new Refusal(503, message, retryAfter(retryAfterMs));
}

/** In whole seconds, at least 1. */
export function retryAfter(ms: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** A response, and what there is of its request. */
export interface Answerable extends SlowReader {
  id?: string;
  /** Left out where answers are short. */
  unread?: UnreadAnswers;
}

/** A longer body is written in pieces of this length, in characters. */
const PIECE_LENGTH = 16 * 1024;

/** @param body JSON text */
export function sendJson(
  to: Answerable,
  { status, body, headers }: { status: number; body: string; headers?: Refusal['headers'] },
): void {
  const { response, id } = to;
  if (response.headersSent || response.destroyed) return void response.destroy();
  const length = Buffer.byteLength(body);
  // Node writes an array of headers faster than an object, and both faster than after `setHeader`.
  const head = ['content-type', 'application/json', 'content-length', String(length)];
  if (id !== undefined) head.push('x-request-id', id);
  for (const name in headers) head.push(name, headers[name] ?? '');
  response.writeHead(status, head);
  // All that comes in one round is too much to be kept to its end, where it is long.
  if (isLong(body)) endWith(to, body);
  else atEndOfRound(() => response.end(body));
}

export function isLong(body: string): boolean {
  return body.length > PIECE_LENGTH;
}

/** Ends a response whose head is set. A long body goes out in pieces, as its reader takes them. */
export function endWith(to: Answerable, body: string, last = ''): void {
  if (isLong(body)) void endInPieces(to, body, last);
  else to.response.end(body + last);
}

async function endInPieces(to: Answerable, body: string, last: string): Promise<void> {
  await writeInPieces(to, body, bytesInMemory(body));
  if (!to.response.destroyed) to.response.end(last);
}

/** A reader that takes one piece after another is not held for one that takes nothing. */
export async function writeInPieces(
  to: Answerable,
  body: string,
  heldBytes: number,
): Promise<void> {
  const { response, unread } = to;
  for (let [at, end] = [0, 0]; at < body.length && !response.destroyed; at = end) {
    end = pieceEnd(body, at);
    // Bytes: of a text, Node would keep three times as many for a slow reader.
    const isTaken = response.write(Buffer.from(body.slice(at, end)));
    if (!isTaken) await unread?.taken(to, heldBytes);
  }
}

/** A pair of surrogates is not cut. */
function pieceEnd(body: string, start: number): number {
  const end = start + PIECE_LENGTH;
  const isInPair = (body.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return isInPair ? end - 1 : end;
}

/** V8 keeps two bytes for each character, unless all of them are in Latin-1. */
function bytesInMemory(body: string): number {
  return /[^\0-\xff]/.test(body) ? 2 * body.length : body.length;
}

/** Answers with an error. */
export function sendError(to: Answerable, { status, message, headers }: Refusal): void {
  sendJson(to, { status, body: errorBody(message), headers });
}

/** The body of every error answer. */
export function errorBody(error: string, conversationId?: string): string {
  return JSON.stringify({ error, conversation_id: conversationId });
}

/** The unfinished answer on a connection. Node has no public property for it. */
export function currentAnswer(socket: Duplex): { headersSent: boolean } | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  if (typeof message !== 'object' || message === null || !('headersSent' in message))
    return undefined;
  return { headersSent: message.headersSent === true };
}

/** The caller has this long to read the answer, in milliseconds. */
const LINGER_MS = 1_000;

type RawAnswer = readonly [statusLine: string, error: string];

export const NO_TUNNEL: RawAnswer = ['405 Method Not Allowed', 'Method not allowed'];

const PARSER_ERRORS: Record<string, RawAnswer> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Request headers too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'Request body too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'Request took too long'],
};

/** Answers a request that is invalid or too slow, unless an answer has already started. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  // The previous answer may still be written at the end of this round.
  else if (currentAnswer(socket)?.headersSent) atEndOfRound(() => socket.destroy());
  else
    answerOnSocket(socket, PARSER_ERRORS[error.code ?? ''] ?? ['400 Bad Request', 'Bad request']);
}

const statuses = new WeakMap<Duplex, number>();

/** The status with which a connection was ended in place of the answer to its request. */
export function statusOnSocket(socket: Duplex): number | undefined {
  return statuses.get(socket);
}

/** Answers where Node gives no response object, and ends the connection. */
export function answerOnSocket(socket: Duplex, [line, text]: RawAnswer): void {
  statuses.set(socket, Number.parseInt(line));
  socket.on('error', () => undefined);
  const body = errorBody(text);
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
