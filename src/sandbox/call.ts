import type { Clock } from '../base/time.js';
import type { Script } from './scripted-assistant.js';
import type { Message, SandboxStore } from './store.js';

/** One event of a streamed reply. */
export interface StreamEvent {
  event: 'delta' | 'done' | 'error';
  data: unknown;
}

export interface WholeAnswer {
  type: 'whole';
  status: number;
  headers: Record<string, string>;
  /** Empty for an answer without a body. */
  body: string;
}

export interface StreamAnswer {
  type: 'stream';
  events: StreamEvent[];
  /** The time from the first event to the last, in milliseconds. */
  spreadMs: number;
}

/** An answer as the API gives it. */
export type ApiAnswer = WholeAnswer | StreamAnswer;

export type Bytes = AsyncIterable<string | Buffer> | Iterable<string | Buffer>;

/** An answer as bytes, which a fault may have damaged. Without a content-length it is chunked. */
export interface BytesAnswer {
  type: 'bytes';
  status: number;
  /** An array is sent as several headers of that name. */
  headers: Record<string, string | string[]>;
  chunks: (clock: Clock, gone: AbortSignal) => Bytes;
  /** After the last byte: the end, a broken connection, or silence until the client leaves. */
  ending: 'end' | 'reset' | 'stall';
}

/** `reset` breaks the connection without a byte; `stall` sends nothing until the client leaves. */
export type Answer = ApiAnswer | BytesAnswer | { type: 'reset' } | { type: 'stall' };

export function json(body: unknown, status = 200): WholeAnswer {
  const headers = { 'content-type': 'application/json' };
  return { type: 'whole', status, headers, body: JSON.stringify(body) };
}

export function empty(status: number, headers: Record<string, string> = {}): WholeAnswer {
  return { type: 'whole', status, headers, body: '' };
}

export function isSuccess(answer: Answer): boolean {
  return answer.type === 'stream' || (answer.type === 'whole' && answer.status < 300);
}

/** Ends an operation with an error answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

/** Telnyx's codes and titles by status. For other statuses the code is the status. */
const TELNYX_ERRORS: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['10015', 'Bad Request'],
  402: ['insufficient_credits', 'Insufficient credits'],
  401: ['10009', 'Authentication failed'],
  403: ['10010', 'Authorization failed'],
  404: ['10005', 'Resource not found'],
  405: ['405', 'Method Not Allowed'],
  408: ['10008', 'Request timeout'],
  409: ['10036', 'Resource being processed'],
  413: ['10007', 'Unexpected error'],
  422: ['10027', 'Unprocessable entity'],
  429: ['10011', 'Too many requests'],
  500: ['500', 'Internal Server Error'],
  503: ['10037', 'Service unavailable'],
  529: ['overloaded', 'Overloaded'],
};

export interface ErrorParts {
  detail: string;
  code?: string;
  title?: string;
  source?: { pointer?: string; parameter?: string };
  headers?: Record<string, string> | undefined;
}

/** The body of every error except a failed validation. */
export function errorBody(status: number, { detail, code, title, source }: ErrorParts): unknown {
  const [usualCode, usualTitle] = TELNYX_ERRORS[status] ?? [String(status), 'Error'];
  const url = `https://developers.telnyx.com/docs/overview/errors/${code ?? usualCode}`;
  return {
    errors: [
      { code: code ?? usualCode, title: title ?? usualTitle, detail, source, meta: { url } },
    ],
  };
}

export function errorAnswer(status: number, parts: ErrorParts): Answer {
  const answer = json(errorBody(status, parts), status);
  return { ...answer, headers: { ...answer.headers, ...parts.headers } };
}

export function refuse(status: number, parts: ErrorParts): Refusal {
  return new Refusal(errorAnswer(status, parts));
}

export interface ValidationError {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** The 422 for fields and parameters that are missing or have the wrong type. */
export function invalid(...detail: ValidationError[]): Refusal {
  return new Refusal(json({ detail }, 422));
}

/** One request as its operation sees it. Faults pass on a changed copy of it. */
export interface Call {
  /** The name of the operation, such as `chat`. */
  operation: string;
  /** The id in the path, empty where there is none. */
  id: string;
  /** The second id in the path, empty where there is none. */
  subId: string;
  query: URLSearchParams;
  body: Buffer;
  store: SandboxStore;
  /** The assistant. */
  script: Script;
  now(): Date;
  /** Rejects when the sandbox closes. */
  sleep(ms: number): Promise<void>;
  /** How long the assistant takes to answer. */
  latencyMs: number;
  /** Waits until the assistant answers. */
  waitForReply(): Promise<void>;
  /** The messages of a conversation as they are listed. */
  listed(messages: readonly Message[]): readonly Message[];
  /** Limits the page size that was asked for. */
  maxPageSize: number;
  /** Whether every assistant says that it retains no data. */
  isRetentionOff: boolean;
  /** Whether an assistant that retains no data refuses to chat. */
  needsRetention: boolean;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;

/** Stands around an operation: runs it or not, and answers. */
export type Interceptor = (call: Call, run: Operation) => Answer | Promise<Answer>;

/** The operation with interceptors around it, the first the innermost. */
export function surround(run: Operation, interceptors: readonly Interceptor[]): Operation {
  return interceptors.reduce<Operation>(
    (inner, intercept) => (call) => intercept(call, inner),
    run,
  );
}
