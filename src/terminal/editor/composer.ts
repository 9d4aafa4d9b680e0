import { Draft } from './draft.js';
import { HistoryBrowser, type InputHistory, ReverseSearch } from './history.js';
import { columnOf, layOut, moveByRow, rowOf, type WrapShape } from './layout.js';
import { bufferOf, insert, replace, type TextBuffer, EMPTY_BUFFER } from './text-buffer.js';
import type { KeyEvent } from './keys.js';

const QUOTES = '"""';

/** The text between the quotes of a closed block; undefined while the block is open. They need no own line. */
function blockContent(text: string): string | undefined {
  const content = text.slice(QUOTES.length + 1);
  return content.endsWith(QUOTES) ? content.slice(0, -QUOTES.length).replace(/\n$/, '') : undefined;
}

/** A `\` before the cursor asks for a newline; an even number of them is text. */
function endsInBackslash({ text, cursor }: TextBuffer): boolean {
  const backslashes = /\\*$/.exec(text.slice(Math.max(0, cursor - 64), cursor))?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

/** The draft with everything that changes it: editing, the history and its search. */
export class Composer {
  readonly draft = new Draft();
  readonly #history: InputHistory;
  readonly #browser: HistoryBrowser;
  #search: ReverseSearch | undefined;
  #inBlock = false;
  /** The column that repeated Up and Down keep. */
  #goal: number | undefined;

  constructor(history: InputHistory) {
    this.#history = history;
    this.#browser = new HistoryBrowser(history, this.draft.folds);
  }

  /** The prompt with the draft, or with the entry that a search has found, as they are drawn. */
  shown(prompt: string): { prompt: string } & TextBuffer {
    const { buffer, folds } = this.draft;
    if (!this.#search) return { prompt, ...folds.drawnBuffer(buffer) };
    const found = this.#found(this.#search) ?? EMPTY_BUFFER;
    return { prompt: this.#search.prompt, ...folds.drawnBuffer(found) };
  }

  /** A sent text as it is drawn. */
  drawn(text: string): string {
    const { folds } = this.draft;
    return folds.drawn(folds.fold(text));
  }

  get isSearching(): boolean {
    return this.#search !== undefined;
  }

  /** Applies an event to the draft, which is wrapped as `shape` says. */
  apply(event: KeyEvent, shape: WrapShape): void {
    const goal = this.#goal;
    this.#goal = undefined;
    if (event.type === 'text') this.#type(event.text);
    else if (event.type === 'paste') this.#paste(event.text, event.isNextPart);
    else if (this.#searchKey(event.name)) return;
    else if (event.name === 'up') this.#vertical(-1, shape, goal);
    else if (event.name === 'down') this.#vertical(1, shape, goal);
    else this.draft.press(event.name);
  }

  /**
   * Applies Enter. Returns a text that is sent; it leaves the prompt. Only typing `"""` and Enter opens a
   * block: pasted code with such quotes in it is sent unchanged.
   */
  enter(): string | undefined {
    const { buffer } = this.draft;
    const { text, cursor } = buffer;
    // The person may have deleted the opening quotes.
    const isInBlock = this.#inBlock && text.startsWith(`${QUOTES}\n`);
    const content = isInBlock ? blockContent(text) : text;
    if (content === undefined || (text === QUOTES && !isInBlock)) {
      this.draft.set(insert(buffer, '\n'));
      this.#inBlock = true;
      return undefined;
    }
    if (isInBlock || !endsInBackslash(buffer)) return this.#send(content);
    this.draft.set(replace(buffer, cursor - 1, cursor, '\n'));
    return undefined;
  }

  /** Ends a search; `keep` makes the entry found the draft. */
  endSearch(keep: boolean): void {
    const found = this.#search && this.#found(this.#search);
    this.#search = undefined;
    if (keep && found) this.draft.set(found);
  }

  /** Empties the prompt; undo restores the text. */
  clear(): void {
    this.draft.set(EMPTY_BUFFER);
    this.#forget();
  }

  #send(folded: string): string | undefined {
    const text = this.draft.folds.unfold(folded);
    if (text.trim() === '') return undefined;
    this.draft.clear();
    this.#forget();
    this.#history.add(text);
    return text;
  }

  /** The entry found, folded. A match inside of a fold leaves the cursor at the end. */
  #found({ found }: ReverseSearch): TextBuffer | undefined {
    if (!found) return undefined;
    const text = this.draft.folds.foldMessage(found.text);
    const isOpen = text.startsWith(found.text.slice(0, found.cursor));
    return isOpen ? { text, cursor: found.cursor } : bufferOf(text);
  }

  #forget(): void {
    this.#browser.stop();
    this.#inBlock = false;
  }

  #type(text: string): void {
    if (this.#search) this.#search.extend(text);
    else this.draft.type(text);
  }

  #paste(text: string, isNextPart?: boolean): void {
    this.endSearch(true);
    this.draft.paste(text, isNextPart);
  }

  /** Whether the search took the key; any other key ends the search and then works as usual. */
  #searchKey(name: string): boolean {
    if (!this.#search) {
      if (name === 'ctrl+r') this.#search = new ReverseSearch(this.#history.entries());
      return name === 'ctrl+r';
    }
    if (name === 'ctrl+r') this.#search.older();
    else if (name === 'backspace') this.#search.shorten();
    else if (name === 'escape') this.endSearch(false);
    else {
      this.endSearch(true);
      return false;
    }
    return true;
  }

  #vertical(by: 1 | -1, shape: WrapShape, goal: number | undefined): void {
    const { buffer, folds } = this.draft;
    const drawn = folds.drawnBuffer(buffer);
    const rows = layOut(drawn.text, shape);
    const row = rows[rowOf(rows, drawn.cursor)];
    const column = goal ?? (row ? columnOf(drawn, row) : 0);
    const moved = moveByRow(drawn, rows, by, column);
    if (moved) {
      this.draft.move({ ...buffer, cursor: folds.cursorAt(buffer.text, moved.cursor, by) });
      this.#goal = column;
      return;
    }
    const entry = by < 0 ? this.#browser.older(buffer) : this.#browser.newer(buffer);
    if (entry) this.draft.set(entry);
  }
}
