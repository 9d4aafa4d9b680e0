import type { Composer } from './composer.js';
import type { InputQueue } from './input-queue.js';
import type { KeyEvent } from './tokens.js';

const COMMAND = /^\/[\w-]*(?:\s|$)/;

/** Text that comes back to the prompt by itself. A command that is typed is never joined to it. */
export class ReturningText {
  readonly #composer: Composer;
  readonly #queue: InputQueue;

  constructor(composer: Composer, queue: InputQueue) {
    this.#composer = composer;
    this.#queue = queue;
  }

  /** Puts text before the draft; it waits while a command is being typed. */
  restore(text: string): void {
    const { draft } = this.#composer;
    this.#composer.endSearch(true);
    if (draft.text.startsWith('/')) this.#queue.setAside(text);
    else draft.restore(text);
  }

  /** The first held line that may come back does, when nothing else is at the prompt or comes first. */
  restoreHeld(mayComeBack: (line: string) => boolean): void {
    if (this.#isFree) this.#comeBack(this.#queue.release(mayComeBack));
  }

  /** The command is done that was typed in place of a message. */
  restoreAside(): void {
    if (this.#isFree) this.#comeBack(this.#queue.releaseAside());
  }

  /** A message makes room for a command; a failed command is dropped for the next: Up brings it back. */
  makeRoom(event: KeyEvent): void {
    const { draft, isSearching } = this.#composer;
    if (isSearching || !draft.isReturned || !draft.insertion(event).startsWith('/')) return;
    if (!COMMAND.test(draft.text)) this.#queue.setAside(draft.fullText);
    draft.clear();
  }

  /** The texts that were not sent, in the order of typing; the notice is '' when Enter was not pressed. */
  takeUnsent(): { notice: string; texts: string[] } {
    const { hasReturned, fullText } = this.#composer.draft;
    const queued = this.#queue.takeBack();
    const unsent = hasReturned ? [fullText, ...queued] : [...queued, fullText];
    const texts = unsent.filter((text) => text !== '');
    if (queued.length === 0 && !hasReturned) return { notice: '', texts };
    const which = texts.length === 1 ? 'this message was' : `these ${texts.length} messages were`;
    return { notice: `${which} not sent:`, texts };
  }

  get #isFree(): boolean {
    const { draft, isSearching } = this.#composer;
    return draft.text === '' && !isSearching && this.#queue.queued.length === 0;
  }

  #comeBack(text: string | undefined): void {
    if (text !== undefined) this.#composer.draft.comeBack(text);
  }
}
