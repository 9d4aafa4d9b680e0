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
