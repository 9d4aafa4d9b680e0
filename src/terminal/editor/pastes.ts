import type { KeyEvent } from './keys.js';

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
  #hasStarted = false;

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
    const isNextPart = this.#hasStarted;
    this.#pieces = [];
    this.#hasStarted = true;
    return { type: 'paste', text, ...(isNextPart && { isNextPart }) };
  }
}

/** Input that comes sooner after a paste belongs to it: nobody types that fast. */
const PASTE_QUIET_MS = 50;
/** A longer piece of text was not typed by hand. */
const MAX_TYPED_LENGTH = 512;

const LINE_END_KEYS = new Set(['enter', 'ctrl+j', 'alt+enter']);

const isNewline = (event: KeyEvent): boolean =>
  event.type === 'key' && LINE_END_KEYS.has(event.name);

const isPastable = (event: KeyEvent): boolean =>
  event.type === 'text' || isNewline(event) || (event.type === 'key' && event.name === 'tab');

const isPasteEnd = (event: KeyEvent): boolean => event.type === 'key' && event.name === 'paste-end';

/** The characters of an event, as they arrived. The end mark of a paste is not part of its text. */
function arrivedText(event: KeyEvent): string {
  if (event.type !== 'key') return event.text;
  return isPasteEnd(event) ? '' : event.raw;
}

/**
 * Turns keys into one paste where nobody can have typed them: text after an Enter in the same
 * chunk, or text right after a paste. Other keys before and after that text stay keys.
 */
function joinBurst(events: KeyEvent[], afterPaste: boolean): KeyEvent[] {
  const last = events.findLastIndex(isPastable);
  const newline = events.findIndex(isNewline);
  const isPasted = last !== -1 && (afterPaste || (newline !== -1 && newline < last));
  if (!isPasted) return events;
  const first = afterPaste ? 0 : events.findIndex(isPastable);
  const text = events
    .slice(first, last + 1)
    .map(arrivedText)
    .join('');
  const paste: KeyEvent = { type: 'paste', text, ...(afterPaste && { isNextPart: true }) };
  return [...events.slice(0, first), paste, ...events.slice(last + 1)];
}

/**
 * Keeps a paste from sending itself.
 *
 * Terminals without bracketed paste send pasted lines as if they were typed: several lines in one
 * chunk are a paste. And text that holds an end mark could get out of its own brackets. Which of
 * two end marks is the real one can't be known when the first arrives, so nothing that follows
 * one is trusted until the input has been quiet for a moment: what comes sooner belongs to the
 * paste, its Enters are newlines and its escape sequences are shown. A person who presses Enter
 * that fast gets a newline, and presses it again.
 */
export class PasteGuard {
  #quietFrom = -Infinity;

  /** The events of one chunk that arrived at `now` (milliseconds), its pastes joined. */
  join(events: readonly KeyEvent[], now: number): KeyEvent[] {
    const joined: KeyEvent[] = [];
    const wasQuiet = now >= this.#quietFrom;
    let afterPaste = !wasQuiet;
    let burst: KeyEvent[] = [];
    for (const event of events) {
      if (event.type !== 'paste') {
        burst.push(event);
        continue;
      }
      joined.push(...joinBurst(burst, afterPaste), event);
      burst = [];
      afterPaste = true;
    }
    joined.push(...joinBurst(burst, afterPaste));
    // A chunk without a complete event also shows that the input is not quiet yet.
    if (!wasQuiet || joined.some(mayContinue)) this.#quietFrom = now + PASTE_QUIET_MS;
    return joined;
  }
}

/** Whether the event may be the first part of a longer paste. */
function mayContinue(event: KeyEvent): boolean {
  return (
    event.type === 'paste' ||
    isPasteEnd(event) ||
    (event.type === 'text' && event.text.length >= MAX_TYPED_LENGTH)
  );
}
