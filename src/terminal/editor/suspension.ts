/** Counts the tasks that have the terminal; what is printed meanwhile waits until the last one ends. */
export class Suspension {
  #tasks = 0;
  #delayed: (() => void)[] = [];

  get isActive(): boolean {
    return this.#tasks > 0;
  }

  /** Runs a task that has the terminal; `end` follows the last one. */
  async during<T>(task: () => Promise<T>, end: () => void): Promise<T> {
    this.#tasks++;
    try {
      return await task();
    } finally {
      this.#tasks--;
      if (!this.isActive) end();
    }
  }

  /** Prints now, or when no task has the terminal any more. */
  print(print: () => void): void {
    if (this.isActive) this.#delayed.push(print);
    else print();
  }

  /** Prints what had to wait. */
  flush(): void {
    for (const print of this.#delayed) print();
    this.#delayed = [];
  }
}
