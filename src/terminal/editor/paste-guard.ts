import type { KeyEvent } from './tokens.js';

/** No person types this soon after a paste; the rest of a paste does come this soon. */
const PASTE_QUIET_MS = 50;
/** More text than this in one piece was not typed by hand. */
const MAX_TYPED_LENGTH = 512;

const LINE_END_KEYS = new Set(['enter', 'ctrl+j', 'alt+enter']);

const isNewline = (event: KeyEvent): boolean =>
  event.type === 'key' && LINE_END_KEYS.has(event.name);

const isText = (event: KeyEvent): boolean =>
  event.type === 'text' || isNewline(event) || (event.type === 'key' && event.name === 'tab');

const isPasteEnd = (event: KeyEvent): boolean => event.type === 'key' && event.name === 'paste-end';

/** The characters an event came as; an end mark of a paste is none of its characters. */
function rawText(event: KeyEvent): string {
  if (event.type !== 'key') return event.text;
  return isPasteEnd(event) ? '' : event.raw;
}

/**
 * Makes one paste of keys that came in one burst where they can't have been typed: text after an
 * Enter, or anything with text in it that comes right behind a paste. Keys at the ends of the
 * burst that are no text stay keys.
 */
function joinBurst(events: KeyEvent[], afterPaste: boolean): KeyEvent[] {
  const last = events.findLastIndex(isText);
  const newline = events.findIndex(isNewline);
  const isPasted = last !== -1 && (afterPaste || (newline !== -1 && newline < last));
  if (!isPasted) return events;
  const first = afterPaste ? 0 : events.findIndex(isText);
  const text = events
    .slice(first, last + 1)
    .map(rawText)
    .join('');
  return [...events.slice(0, first), { type: 'paste', text }, ...events.slice(last + 1)];
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

  /** The events of one chunk that arrived at `now` (milliseconds), with its pastes joined. */
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
    // Even a chunk that holds only a part of a key shows that the burst goes on.
    if (!wasQuiet || joined.some(mayContinue)) this.#quietFrom = now + PASTE_QUIET_MS;
    return joined;
  }
}

/** True for what may be the first part of a longer paste. */
function mayContinue(event: KeyEvent): boolean {
  return (
    event.type === 'paste' ||
    isPasteEnd(event) ||
    (event.type === 'text' && event.text.length >= MAX_TYPED_LENGTH)
  );
}
