/** What Redis has to be told, if not now, then when it is there again. */
export class Outbox {
  readonly #unsent = new Set<() => Promise<unknown>>();

  /** Resolves when it was told or has to wait. What it does may be done twice. */
  async send(tell: () => Promise<unknown>): Promise<void> {
    try {
      await tell();
    } catch {
      this.#unsent.add(tell);
    }
  }

  /** Tells what waited, in its order. */
  async flush(): Promise<void> {
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    await Promise.all(unsent.map((tell) => this.send(tell)));
  }
}
