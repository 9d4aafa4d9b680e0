interface Entry<T> {
  value: T;
  /** In bytes, about. */
  size: number;
  /** By the monotonic clock. */
  until: number;
}

/** Values by name, each for its time, as many as there is room for: the oldest make way for new ones. */
export class Shelf<T> {
  readonly #mostBytes: number;
  /** Told of each that made way before its time. */
  readonly #onMadeWay: (name: string, entry: Entry<T>) => void;
  /** In the order in which they came, so that the first is the oldest. */
  readonly #entries = new Map<string, Entry<T>>();
  #bytes = 0;

  constructor(
    mostBytes: number,
    onMadeWay: (name: string, entry: Entry<T>) => void = () => undefined,
  ) {
    this.#mostBytes = mostBytes;
    this.#onMadeWay = onMadeWay;
  }

  get(name: string, now: number): T | undefined {
    this.#makeWay(now);
    return this.#entries.get(name)?.value;
  }

  put(name: string, entry: Entry<T>, now: number): void {
    this.#entries.set(name, entry);
    this.#bytes += entry.size;
    this.#makeWay(now);
  }

  #makeWay(now: number): void {
    for (const [name, entry] of this.#entries) {
      const isOver = entry.until <= now;
      if (!isOver && this.#bytes <= this.#mostBytes) return;
      this.#entries.delete(name);
      this.#bytes -= entry.size;
      if (!isOver) this.#onMadeWay(name, entry);
    }
  }
}
