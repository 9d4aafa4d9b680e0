/** `queue_full`: too many wait for one conversation. `unavailable`: it can't be relied on now. */
export class CoordinationError extends Error {
  override readonly name = 'CoordinationError';
  readonly kind: 'queue_full' | 'unavailable';

  constructor(kind: CoordinationError['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
