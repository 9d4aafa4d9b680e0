/** Commands that must reach Redis in the end: those that fail are sent again after a reconnect. */
export class PendingCommands {
  readonly #failed = new Set<() => Promise<unknown>>();

  /** Resolves when the command has run or has to wait. It may run twice, so it must be idempotent. */
  async send(command: () => Promise<unknown>): Promise<void> {
    try {
      await command();
    } catch {
      this.#failed.add(command);
    }
  }

  /** Sends all that failed, in their order. */
  async flush(): Promise<void> {
    const commands = [...this.#failed];
    this.#failed.clear();
    await Promise.all(commands.map((command) => this.send(command)));
  }
}
