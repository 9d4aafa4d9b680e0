import { Draft } from './draft.js';
import * as search from './history.js';
import { HistoryBrowser, type InputHistory } from './history.js';
import { columnOf, layOut, moveByRow, rowOf, type WrapShape } from './layout.js';
import { insert, replace, type TextBuffer, EMPTY_BUFFER } from './text-buffer.js';
import type { KeyEvent } from './tokens.js';

type EnterResult =
  | { type: 'send'; text: string }
  | { type: 'edit'; buffer: TextBuffer; opensBlock: boolean }
  | { type: 'nothing' };

const QUOTES = '"""';

/** Whether the draft still starts with the opening quotes: the person may have deleted them. */
const isBlock = (text: string): boolean => text.startsWith(`${QUOTES}\n`);

/** The text between the quotes of a closed block; undefined while the block is open. They need no own line. */
function blockContent(text: string): string | undefined {
  const content = text.slice(QUOTES.length + 1);
  return content.endsWith(QUOTES) ? content.slice(0, -QUOTES.length).replace(/\n$/, '') : undefined;
}

const newlineResult = (buffer: TextBuffer, opensBlock = false): EnterResult => ({
  type: 'edit',
  buffer: insert(buffer, '\n'),
  opensBlock,
});

const sendResult = (text: string): EnterResult =>
  text.trim() === '' ? { type: 'nothing' } : { type: 'send', text };

/** A `\` before the cursor asks for a newline; an even number of them is text. */
function endsInBackslash({ text, cursor }: TextBuffer): boolean {
  const backslashes = /\\*$/.exec(text.slice(Math.max(0, cursor - 64), cursor))?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

/**
 * Decides what Enter does to a draft. Only typing `"""` and Enter opens a block: pasted code
 * with such quotes in it is sent unchanged.
 */
function enterKey(buffer: TextBuffer, inBlock: boolean): EnterResult {
  const { text, cursor } = buffer;
  if (inBlock && isBlock(text)) {
    const content = blockContent(text);
    return content === undefined ? newlineResult(buffer) : sendResult(content);
  }
  if (text === QUOTES) return newlineResult(buffer, true);
  if (!endsInBackslash(buffer)) return sendResult(text);
  return { type: 'edit', buffer: replace(buffer, cursor - 1, cursor, '\n'), opensBlock: false };
}

/** The draft with everything that changes it: editing, the history and its search. */
export class Composer {
  readonly draft = new Draft();
  readonly #history: InputHistory;
  readonly #browser: HistoryBrowser;
  #search: search.ReverseSearch | undefined;
  #inBlock = false;
  /** The column that repeated Up and Down keep. */
  #goal: number | undefined;

  constructor(history: InputHistory) {
    this.#history = history;
    this.#browser = new HistoryBrowser(history);
  }

  /** The prompt with the draft, or with the entry that a search has found. */
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

  /** Applies an event to the draft, which is wrapped as `shape` says. */
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

  /** Applies Enter. A draft to be sent leaves the prompt. */
  enter(): EnterResult {
    const entered = enterKey(this.draft.buffer, this.#inBlock);
    if (entered.type === 'edit') {
      this.draft.set(entered.buffer);
      this.#inBlock ||= entered.opensBlock;
    }
    if (entered.type === 'send') this.#sent(entered.text);
    return entered;
  }

  /** Ends a search; `keep` makes the entry found the draft. */
  endSearch(keep: boolean): void {
    const found = this.#search && search.foundEntry(this.#search);
    this.#search = undefined;
    if (keep && found) this.draft.set(found);
  }

  /** Empties the prompt; undo restores the text. */
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

  /** Whether the search took the key; any other key ends the search and then works as usual. */
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
