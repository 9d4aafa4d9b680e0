/** A body up to this length is read whatever else is being read: most replies are shorter. */
const SHORT_BYTES = 3 * 1024;
/** Limit on all longer bodies together. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The first bodies of this number are read to their end whatever their length, so that some always end. */
const ALWAYS_READ = 4;
/** Pause between the end of a body and the start of those that waited for it, in milliseconds. */
const PAUSE_MS = 10;

/** A response's body that is being read. */
export interface BodyReading {
  /** Its bytes so far. */
  readonly size: number;
  /** Continues after `mayGoOn` returned false. */
  goOn(): void;
}

/**
 * Bounds the bytes of the bodies that are read at the same time. Above the bound, long bodies wait on their
 * connections, and those that came first go on.
 */
export class ReadBudget {
  /** Long bodies and their bytes, in the order in which they became long. */
  readonly #long = new Map<BodyReading, number>();
  readonly #waiting = new Set<BodyReading>();
  /** Bodies whose readers take no more for now: they keep their rank but hold up no other body. */
  readonly #heldBack = new Set<BodyReading>();
  readonly #maxBytes: number;
  #bytes = 0;
  #isWaking = false;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The bytes of all long bodies that are being read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Some long body waits for others. */
  get isCrowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** To be asked after each piece. Returns false when the body is to wait until it is told to go on. */
  mayGoOn(body: BodyReading): boolean {
    if (body.size <= SHORT_BYTES) return true;
    this.#heldBack.delete(body);
    this.#count(body, body.size);
    const isInTurn = this.#bytes <= this.#maxBytes || this.isFirst(body);
    if (!isInTurn) this.#waiting.add(body);
    return isInTurn;
  }

  isWaiting(body: BodyReading): boolean {
    return this.#waiting.has(body);
  }

  /** Whether the body is one of those that are read to their end without waiting. */
  isFirst(body: BodyReading): boolean {
    let rank = 0;
    for (const each of this.#long.keys()) {
      if (each === body) return true;
      if (!this.#heldBack.has(each) && ++rank === ALWAYS_READ) return false;
    }
    return false;
  }

  /** The reader takes no more for now. Its bytes no longer count here: the writer to that reader counts them. */
  holdBack(body: BodyReading): void {
    if (body.size <= SHORT_BYTES) return;
    this.#count(body, 0);
    this.#heldBack.add(body);
    this.#wakeLater();
  }

  /** The body has ended. */
  leave(body: BodyReading): void {
    if (!this.#long.has(body)) return;
    this.#count(body, 0);
    this.#waiting.delete(body);
    this.#heldBack.delete(body);
    this.#long.delete(body);
    this.#wakeLater();
  }

  #count(body: BodyReading, bytes: number): void {
    this.#bytes += bytes - (this.#long.get(body) ?? 0);
    this.#long.set(body, bytes);
  }

  /** After a pause, in which V8 can free the memory of the body that has ended. */
  #wakeLater(): void {
    if (this.#isWaking || this.#waiting.size === 0) return;
    this.#isWaking = true;
    setTimeout(() => {
      this.#isWaking = false;
      this.#wake();
    }, PAUSE_MS);
  }

  #wake(): void {
    let [rank, bytes] = [0, this.#bytes];
    for (const body of this.#long.keys()) {
      if (this.#heldBack.has(body)) continue;
      if (rank++ >= ALWAYS_READ && bytes > this.#maxBytes) return;
      bytes += SHORT_BYTES;
      if (this.#waiting.delete(body)) body.goOn();
    }
  }
}
