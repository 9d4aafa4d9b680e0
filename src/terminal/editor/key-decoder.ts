import { readKeyToken, type KeyEvent } from './tokens.js';

/**
 * What a terminal sends, as key events. Chunks may be cut anywhere: cut or whole, the same events
 * come out (adjacent texts joined).
 */
export class KeyDecoder {
  #rest = '';
  #paste: PasteCollector | undefined;

  /** True when an unfinished sequence or paste waits for more, or for `flush`. */
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
   * Nothing more came for a while. A lone ESC was the Escape key; what arrived of a paste is
   * given out, and the paste goes on; any other unfinished sequence is dropped, but text that
   * only looked like a long one is text.
   */
  flush(): KeyEvent[] {
    if (this.#paste) return pasted(this.#paste.collected());
    const raw = this.#rest;
    this.#rest = '';
    if (raw === '') return [];
    if (raw === '\x1b') return [{ type: 'key', name: 'escape', raw }];
    return raw.length > 2 && !raw.startsWith('\x1b[')
      ? [{ type: 'text', text: raw }]
      : [{ type: 'key', name: 'unknown', raw }];
  }

  /** Ends a paste whose end mark got lost. */
  endPaste(): KeyEvent[] {
    const text = (this.#paste?.collected() ?? '') + this.#rest;
    this.#paste = undefined;
    this.#rest = '';
    return pasted(text);
  }

  #readPaste(paste: PasteCollector, events: KeyEvent[]): boolean {
    const { rest, finished } = paste.take(this.#rest);
    this.#rest = rest;
    if (!finished) return false;
    this.#paste = undefined;
    events.push({ type: 'paste', text: paste.collected() });
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

const pasted = (text: string): KeyEvent[] => (text === '' ? [] : [{ type: 'paste', text }]);

const PASTE_END = '\x1b[201~';

/** How many of the last characters may be the beginning of an end mark. */
function unfinishedMark(text: string): number {
  for (let length = Math.min(PASTE_END.length - 1, text.length); length > 0; length--) {
    if (PASTE_END.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** Collects what comes between the marks of a bracketed paste, however it is cut. */
export class PasteCollector {
  #pieces: string[] = [];

  /** Takes from `input` what belongs to the paste; gives back the rest, and whether it is over. */
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

  /** What was collected so far, and no longer is. */
  collected(): string {
    const text = this.#pieces.join('');
    this.#pieces = [];
    return text;
  }
}
