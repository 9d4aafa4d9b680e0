interface Entry<T> {
  value: T;
  /** Approximate, in bytes. */
  size: number;
  /** Reading of the monotonic clock. */
  expiresAt: number;
}

/** A map of bounded size whose entries expire. When it is full, the oldest entries are evicted. */
export class ExpiringMap<T> {
  readonly #maxBytes: number;
  readonly #onEvict: (name: string, entry: Entry<T>) => void;
  /** In the order of insertion, which is also that of expiry. */
  readonly #entries = new Map<string, Entry<T>>();
  #bytes = 0;

  /** @param onEvict called for each entry that goes before it expires */
  constructor(
    maxBytes: number,
    onEvict: (name: string, entry: Entry<T>) => void = () => undefined,
  ) {
    this.#maxBytes = maxBytes;
    this.#onEvict = onEvict;
  }

  get(name: string, now: number): T | undefined {
    this.#shrink(now);
    return this.#entries.get(name)?.value;
  }

  put(name: string, entry: Entry<T>, now: number): void {
    this.#entries.set(name, entry);
    this.#bytes += entry.size;
    this.#shrink(now);
  }

  #shrink(now: number): void {
    for (const [name, entry] of this.#entries) {
      const isExpired = entry.expiresAt <= now;
      if (!isExpired && this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(name);
      this.#bytes -= entry.size;
      if (!isExpired) this.#onEvict(name, entry);
    }
  }
}
