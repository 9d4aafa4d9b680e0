import { Folds } from './folds.js';
import {
  DELETIONS,
  KILLS,
  MOVES,
  NEWLINE_KEYS,
  EMPTY_BUFFER,
  insert,
  replace,
  toDraftText,
  type TextBuffer,
} from './text-buffer.js';
import type { KeyEvent } from './keys.js';

const MAX_UNDO_STEPS = 200;

/** The text being typed, with its undo steps and the killed text. Long pastes in it are folded. */
export class Draft {
  readonly folds = new Folds();
  #buffer: TextBuffer = EMPTY_BUFFER;
  #undo: TextBuffer[] = [];
  #killed = '';
  #isTyping = false;
  #pasted: { text: string; before: TextBuffer; after: TextBuffer } | undefined;
  #returned: TextBuffer | undefined;
  #hasReturned = false;

  get buffer(): TextBuffer {
    return this.#buffer;
  }

  /** The text with a mark for each fold. */
  get text(): string {
    return this.#buffer.text;
  }

  get fullText(): string {
    return this.folds.unfold(this.text);
  }

  /** Whether the draft is a message that came back by itself, and nobody has touched it. */
  get isReturned(): boolean {
    return this.#returned === this.#buffer;
  }

  /** Whether the draft began as a message that came back, also when it was edited since. */
  get hasReturned(): boolean {
    return this.#hasReturned;
  }

  /** A message comes back by itself, to an empty prompt. */
  comeBack(text: string): void {
    this.restore(text);
    this.#returned = this.#buffer;
    this.#hasReturned = true;
  }

  /** The text that the event inserts. */
  insertion(event: KeyEvent): string {
    if (event.type !== 'key') return event.text;
    return event.name === 'ctrl+y' ? this.#killed : '';
  }

  /** Inserts typed characters; undo removes a run of them at once. */
  type(text: string): void {
    const isSameStep = this.#isTyping && text !== ' ';
    this.#change(insert(this.#buffer, toDraftText(text)), isSameStep);
    this.#isTyping = true;
  }

  /** Inserts a paste, which can arrive in several parts; undo removes it at once. */
  paste(text: string, isNextPart = false): void {
    const last = isNextPart && this.#pasted?.after === this.#buffer ? this.#pasted : undefined;
    const part = toDraftText(text);
    const pasted = (last?.text ?? '') + part;
    const before = last?.before ?? this.#buffer;
    // One line may have been typed right after the paste, so it must not vanish in its fold.
    const after =
      last && !part.includes('\n')
        ? insert(this.#buffer, part)
        : insert(before, this.folds.paste(pasted, last && this.text.charAt(before.cursor)));
    this.#change(after, last !== undefined);
    this.#pasted = { text: pasted, before, after: this.#buffer };
  }

  /** Inserts text before the draft; the cursor keeps its place in the draft. */
  restore(text: string): void {
    const restored = this.folds.fold(toDraftText(text));
    const gap = this.text === '' ? '' : '\n';
    const changed = replace(this.#buffer, 0, 0, restored + gap);
    this.set({ ...changed, cursor: changed.cursor + this.#buffer.cursor });
  }

  /** Replaces the complete draft, as one undo step. */
  set(buffer: TextBuffer): void {
    this.#change(buffer, false);
  }

  move(cursor: TextBuffer): void {
    this.#buffer = cursor;
    this.#isTyping = false;
  }

  clear(): void {
    this.#buffer = EMPTY_BUFFER;
    this.#hasReturned = false;
    this.#undo = [];
    this.#isTyping = false;
    this.folds.forget(this.#killed);
  }

  /** Applies an editing key; returns false for other keys. */
  press(key: string): boolean {
    const move = MOVES[key];
    const deletion = DELETIONS[key];
    const kill = KILLS[key];
    if (move) this.move(move(this.#buffer));
    else if (deletion) this.set(deletion(this.#buffer));
    else if (kill) this.#kill(kill(this.#buffer));
    else if (NEWLINE_KEYS.has(key)) this.set(insert(this.#buffer, '\n'));
    else if (key === 'ctrl+y') this.set(insert(this.#buffer, this.#killed));
    else if (key === 'ctrl+_') this.#undoLast();
    else return false;
    return true;
  }

  #kill(after: TextBuffer): void {
    const length = this.text.length - after.text.length;
    if (length > 0) this.#killed = this.text.slice(after.cursor, after.cursor + length);
    this.set(after);
  }

  #undoLast(): void {
    this.#buffer = this.#undo.pop() ?? this.#buffer;
    this.#isTyping = false;
  }

  #change(buffer: TextBuffer, isSameStep: boolean): void {
    if (buffer.text !== this.text && !isSameStep) this.#undo.push(this.#buffer);
    if (this.#undo.length > MAX_UNDO_STEPS) this.#undo.shift();
    this.#buffer = buffer;
    this.#hasReturned &&= buffer.text !== '';
    this.#isTyping = false;
  }
}
