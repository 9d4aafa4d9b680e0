import { readKeyToken, type KeyEvent } from './tokens.js';

/**
 * Decodes a terminal's input into key events. The events do not depend on where the chunks are
 * cut, except that text may come in more pieces.
 */
export class KeyDecoder {
  #rest = '';
  #paste: PasteCollector | undefined;

  /** Whether an incomplete sequence or paste waits for more input, or for `flush`. */
  get isWaiting(): boolean {
    return this.#rest !== '' || this.isPasting;
  }

  get isPasting(): boolean {
    return this.#paste !== undefined;
  }

  push(chunk: string): KeyEvent[] {
    this.#rest += chunk;
    const events: KeyEvent[] = [];
    while (this.#rest !== '') {
      const progressed = this.#paste ? this.#readPaste(this.#paste, events) : this.#readKey(events);
      if (!progressed) break;
    }
    return events;
  }

  /**
   * Called after a pause. A lone ESC was the Escape key. The part of a paste that has arrived is
   * emitted. Of other incomplete sequences, only what turns out to be text is kept.
   */
  flush(): KeyEvent[] {
    if (this.#paste) return this.#paste.isEmpty ? [] : [this.#paste.event()];
    const raw = this.#rest;
    this.#rest = '';
    if (raw === '') return [];
    if (raw === '\x1b') return [{ type: 'key', name: 'escape', raw }];
    return raw.length > 2 && !raw.startsWith('\x1b[')
      ? [{ type: 'text', text: raw }]
      : [{ type: 'key', name: 'unknown', raw }];
  }

  /** Ends a paste that has lost its end mark. */
  endPaste(): KeyEvent[] {
    const paste = this.#paste?.event(this.#rest);
    this.#paste = undefined;
    this.#rest = '';
    return paste && paste.text !== '' ? [paste] : [];
  }

  #readPaste(paste: PasteCollector, events: KeyEvent[]): boolean {
    const { rest, finished } = paste.take(this.#rest);
    this.#rest = rest;
    if (!finished) return false;
    this.#paste = undefined;
    events.push(paste.event());
    return true;
  }

  #readKey(events: KeyEvent[]): boolean {
    const token = readKeyToken(this.#rest);
    if (!token) return false;
    this.#rest = this.#rest.slice(token.length);
    if (token.event.type === 'key' && token.event.name === 'paste-start') {
      this.#paste = new PasteCollector();
    } else events.push(token.event);
    return true;
  }
}

const PASTE_END = '\x1b[201~';

/** How many of the last characters may belong to an end mark that is cut. */
function unfinishedMark(text: string): number {
  for (let length = Math.min(PASTE_END.length - 1, text.length); length > 0; length--) {
    if (PASTE_END.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** Collects the text of a bracketed paste; its end mark may be cut too. */
export class PasteCollector {
  #pieces: string[] = [];
  #hasBegun = false;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Takes the paste's part of `input`; returns the rest, and whether the paste is complete. */
  take(input: string): { rest: string; finished: boolean } {
    const end = input.indexOf(PASTE_END);
    if (end !== -1) {
      this.#pieces.push(input.slice(0, end));
      return { rest: input.slice(end + PASTE_END.length), finished: true };
    }
    const kept = input.length - unfinishedMark(input);
    if (kept > 0) this.#pieces.push(input.slice(0, kept));
    return { rest: input.slice(kept), finished: false };
  }

  /** The text since the last event, and `more`. */
  event(more = ''): KeyEvent & { type: 'paste' } {
    const text = this.#pieces.join('') + more;
    const isNextPart = this.#hasBegun;
    this.#pieces = [];
    this.#hasBegun = true;
    return { type: 'paste', text, ...(isNextPart && { isNextPart }) };
  }
}
