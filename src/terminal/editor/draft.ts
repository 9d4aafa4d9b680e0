import { DELETIONS, KILLS, MOVES, NEWLINE_KEYS } from './key-bindings.js';
import { toDraftText } from './text-buffer.js';
import { EMPTY_BUFFER, insert, replace, type TextBuffer } from './text-buffer.js';

const MAX_UNDO_STEPS = 200;

/** The text being typed, with its undo steps and the killed text. */
export class Draft {
  #buffer: TextBuffer = EMPTY_BUFFER;
  #undo: TextBuffer[] = [];
  #killed = '';
  #isTyping = false;

  get buffer(): TextBuffer {
    return this.#buffer;
  }

  get text(): string {
    return this.#buffer.text;
  }

  /** Inserts typed characters; undo removes a run of them at once. */
  type(text: string): void {
    const isSameStep = this.#isTyping && text !== ' ';
    this.#change(insert(this.#buffer, toDraftText(text)), isSameStep);
    this.#isTyping = true;
  }

  paste(text: string): void {
    this.set(insert(this.#buffer, toDraftText(text)));
  }

  /** Inserts text before the draft; the cursor keeps its place in the draft. */
  restore(text: string): void {
    const restored = toDraftText(text);
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
    this.#undo = [];
    this.#isTyping = false;
  }

  /** Applies an editing key; returns false for other keys. */
  press(key: string): boolean {
    const move = MOVES[key];
    const deletion = DELETIONS[key];
    const kill = KILLS[key];
    if (move) this.move(move(this.#buffer));
    else if (deletion) this.set(deletion(this.#buffer));
    else if (kill) this.#kill(kill(this.#buffer));
    else if (NEWLINE_KEYS.has(key)) this.paste('\n');
    else if (key === 'ctrl+y') this.paste(this.#killed);
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
    this.#isTyping = false;
  }
}
