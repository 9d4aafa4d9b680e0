/** The kind of a failure; it decides the exit code. */
export type ErrorKind =
  | 'usage'
  | 'not_configured'
  | 'auth'
  | 'not_found'
  | 'rate_limited'
  | 'network'
  | 'timeout'
  | 'ai_disabled'
  | 'api'
  /** The output cannot be written: the disk is full, for example. */
  | 'output'
  | 'interrupted'
  | 'terminated'
  /** The terminal was closed. */
  | 'hung_up'
  /** A failure that was not foreseen. */
  | 'bug';

/**
 * Whether a failed turn was delivered. `not_sent`: it never reached Telnyx. `refused`: Telnyx answered
 * that it did not run it. `unknown`: it may have run.
 */
export type Delivery = 'not_sent' | 'refused' | 'unknown';

export interface ErrorDetails {
  hint?: string | undefined;
  /** HTTP status of the answer. */
  status?: number | undefined;
  /** Telnyx's own error code, a string such as `10009`. */
  code?: string | undefined;
  requestId?: string | undefined;
  conversationId?: string | undefined;
  delivery?: Delivery | undefined;
  /** The wait before another attempt that the API asked for, in milliseconds. */
  retryAfterMs?: number | undefined;
  /**
   * The connection was kept from an earlier request and died without a byte of answer: the server had
   * already closed it and did not run the request.
   */
  diedIdle?: boolean | undefined;
  /** A server error in another shape than Telnyx's own: what is behind the gateway may still run. */
  fromGateway?: boolean | undefined;
  /** The API answered to its end: the turn is over, and its reply is stored by now or never will be. */
  hasEnded?: boolean | undefined;
  /** It could be repeated without harm, and was until time ran out: it was delivered at most once. */
  wasRepeatable?: boolean | undefined;
  cause?: unknown;
}

interface ErrorChange extends Omit<ErrorDetails, 'cause'> {
  kind?: ErrorKind;
  message?: string;
}

/** Every copy of the class has it: `import` and `require` of the library load one each. */
const BRAND = Symbol.for('telnyx-chat.error');

/**
 * A foreseen failure: its kind, a message, and details. It is thrown where it is understood. The
 * program words it in main.ts; the library exports it as TelnyxChatError.
 */
export class AppError extends Error {
  static {
    // The name that Node prints of an error that nobody catches.
    Object.defineProperty(this, 'name', { value: 'TelnyxChatError' });
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  override readonly name = 'TelnyxChatError';
  readonly kind: ErrorKind;
  readonly details: Readonly<Omit<ErrorDetails, 'cause'>>;

  constructor(kind: ErrorKind, message: string, { cause, ...details }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.details = details;
  }

  /** The same failure with details added; known ones stay. */
  with(more: Omit<ErrorDetails, 'cause'>): AppError {
    const known = Object.entries(this.details).filter(([, value]) => value !== undefined);
    return this.but({ ...more, ...Object.fromEntries(known) });
  }

  /** The same failure with parts replaced; its cause stays. */
  but({ kind = this.kind, message = this.message, ...changed }: ErrorChange): AppError {
    return new AppError(kind, message, { ...this.details, cause: this.cause, ...changed });
  }
}

/** Whether it was stopped from outside: that ends the whole run, not only one step of it. */
export function isStop({ kind }: AppError): boolean {
  return kind === 'interrupted' || kind === 'terminated' || kind === 'hung_up';
}

export const EXIT_CODES: Record<ErrorKind, number> = {
  api: 1,
  output: 1,
  bug: 1,
  usage: 2,
  not_configured: 3,
  auth: 4,
  not_found: 5,
  rate_limited: 6,
  network: 7,
  timeout: 7,
  ai_disabled: 8,
  interrupted: 130,
  terminated: 143,
  hung_up: 129,
};

/** The exit code of a task that runs until it is stopped, which is no failure. Throws any other error. */
export function stoppedWith(error: unknown): number {
  if (error instanceof AppError && isStop(error)) return EXIT_CODES[error.kind];
  throw error;
}

/** Process exit code for a failure; a turn that may have run exits 7 whatever broke it. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return 1;
  const code = EXIT_CODES[error.kind];
  return error.details.delivery === 'unknown' && code < 128 ? EXIT_CODES.network : code;
}

/** The message before a semicolon: a sentence of the API loses its period. */
export const clauseOf = ({ message }: Error): string => message.replace(/(?<!\.)\.$/, '');
