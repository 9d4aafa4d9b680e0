import { Draft } from './draft.js';
import { enterKey, type EnterResult } from './enter-key.js';
import { HistoryBrowser, type InputHistory } from './history.js';
import { columnOf, layOut, moveByRow, rowOf, type WrapShape } from './layout.js';
import * as search from './history.js';
import { EMPTY_BUFFER, type TextBuffer } from './text-buffer.js';
import type { KeyEvent } from './tokens.js';

/** Everything that changes the draft: editing, the history, and searching it. */
export class Composer {
  readonly draft = new Draft();
  readonly #history: InputHistory;
  readonly #browser: HistoryBrowser;
  #search: search.ReverseSearch | undefined;
  #inBlock = false;
  /** The column that Up and Down keep to. */
  #goal: number | undefined;

  constructor(history: InputHistory) {
    this.#history = history;
    this.#browser = new HistoryBrowser(history);
  }

  /** What stands on the prompt: the draft, or what a search has found. */
  shown(prompt: string): { prompt: string } & TextBuffer {
    if (!this.#search) return { prompt, ...this.draft.buffer };
    return {
      prompt: search.searchPrompt(this.#search),
      ...(search.foundEntry(this.#search) ?? EMPTY_BUFFER),
    };
  }

  get isSearching(): boolean {
    return this.#search !== undefined;
  }

  /** Changes the draft as the event asks; the shape is that of the prompt's area. */
  apply(event: KeyEvent, shape: WrapShape): void {
    const goal = this.#goal;
    this.#goal = undefined;
    if (event.type === 'text') this.#type(event.text);
    else if (event.type === 'paste') this.#paste(event.text);
    else if (this.#searchKey(event.name)) return;
    else if (event.name === 'up') this.#vertical(-1, shape, goal);
    else if (event.name === 'down') this.#vertical(1, shape, goal);
    else this.draft.press(event.name);
  }

  /** What Enter does now; a draft that is to be sent is gone from the prompt then. */
  enter(): EnterResult {
    const entered = enterKey(this.draft.buffer, this.#inBlock);
    if (entered.type === 'edit') {
      this.draft.set(entered.buffer);
      this.#inBlock ||= entered.opensBlock;
    }
    if (entered.type === 'send') this.#sent(entered.text);
    return entered;
  }

  /** Ends a search; `keep` puts what it found on the prompt. */
  endSearch(keep: boolean): void {
    const found = this.#search && search.foundEntry(this.#search);
    this.#search = undefined;
    if (keep && found) this.draft.set(found);
  }

  /** Empties the prompt; undo brings the text back. */
  clear(): void {
    this.draft.set(EMPTY_BUFFER);
    this.#forget();
  }

  #sent(text: string): void {
    this.draft.clear();
    this.#forget();
    this.#history.add(text);
  }

  #forget(): void {
    this.#browser.stop();
    this.#inBlock = false;
  }

  #type(text: string): void {
    if (this.#search) this.#search = search.extendQuery(this.#search, text);
    else this.draft.type(text);
  }

  #paste(text: string): void {
    this.endSearch(true);
    this.draft.paste(text);
  }

  /** True when the key was for the search; any other key ends it and does its own work. */
  #searchKey(name: string): boolean {
    if (!this.#search) {
      if (name === 'ctrl+r') this.#search = search.beginSearch(this.#history.entries());
      return name === 'ctrl+r';
    }
    if (name === 'ctrl+r') this.#search = search.searchOlder(this.#search);
    else if (name === 'backspace') this.#search = search.shortenQuery(this.#search);
    else if (name === 'escape' || name === 'ctrl+g') this.endSearch(false);
    else {
      this.endSearch(true);
      return false;
    }
    return true;
  }

  #vertical(by: 1 | -1, shape: WrapShape, goal: number | undefined): void {
    const { buffer } = this.draft;
    const rows = layOut(buffer.text, shape);
    const row = rows[rowOf(rows, buffer.cursor)];
    const column = goal ?? (row ? columnOf(buffer, row) : 0);
    const moved = moveByRow(buffer, rows, by, column);
    if (moved) {
      this.draft.move(moved);
      this.#goal = column;
      return;
    }
    const entry = by < 0 ? this.#browser.older(buffer) : this.#browser.newer(buffer);
    if (entry) this.draft.set(entry);
  }
}
