const END = '\x1b[201~';

/** How many of the last characters may be the beginning of an end mark. */
function unfinishedMark(text: string): number {
  for (let length = Math.min(END.length - 1, text.length); length > 0; length--) {
    if (END.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** Collects what comes between the marks of a bracketed paste, however it is cut. */
export class PasteCollector {
  #pieces: string[] = [];

  /** Takes from `input` what belongs to the paste; gives back the rest, and whether it is over. */
  take(input: string): { rest: string; finished: boolean } {
    const end = input.indexOf(END);
    if (end !== -1) {
      this.#pieces.push(input.slice(0, end));
      return { rest: input.slice(end + END.length), finished: true };
    }
    const kept = input.length - unfinishedMark(input);
    if (kept > 0) this.#pieces.push(input.slice(0, kept));
    return { rest: input.slice(kept), finished: false };
  }

  /** What was collected so far, and no longer is. */
  collected(): string {
    const text = this.#pieces.join('');
    this.#pieces = [];
    return text;
  }
}
