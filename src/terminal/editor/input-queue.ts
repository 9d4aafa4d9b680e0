import type { Typed } from '../../chat/ports.js';
import type { Composer } from './composer.js';
import type { KeyEvent } from './keys.js';

/** A message that comes back to the prompt, in the mode in which it was typed. */
interface Held {
  text: string;
  mode: string;
}

/** Finished input waits here until it is read. */
export class InputQueue {
  #waiting: Typed[] = [];
  #held: Held[] = [];
  #aside: Held | undefined;
  #mode = '';
  #read: { promise: Promise<Typed>; resolve: (typed: Typed) => void } | undefined;
  #isEnded = false;

  get isBeingRead(): boolean {
    return this.#read !== undefined;
  }

  /** The messages that nobody has read yet. */
  get queued(): string[] {
    return this.#waiting.flatMap((typed) => (typed.type === 'text' ? [typed.text] : []));
  }

  /** The messages that come back to the prompt one by one, instead of being read. */
  get held(): readonly string[] {
    return this.#held.map(({ text }) => text);
  }

  /** From now on only messages that were held in this mode come back. */
  setMode(mode: string): void {
    this.#mode = mode;
  }

  give(typed: Typed): void {
    // After a message, what was set aside for a command waits with the others.
    if (typed.type === 'text' && !typed.text.startsWith('/')) this.#aside = undefined;
    const read = this.#read;
    this.#read = undefined;
    if (read) read.resolve(typed);
    else this.#waiting.push(typed);
  }

  /** The first input that waits; undefined when there is none. */
  next(): Typed | undefined {
    return this.#waiting.shift() ?? (this.#isEnded ? { type: 'end' } : undefined);
  }

  /** The input that arrives next. */
  read(): Promise<Typed> {
    if (this.#read) return this.#read.promise;
    let resolve: (typed: Typed) => void = () => undefined;
    const promise = new Promise<Typed>((settle) => (resolve = settle));
    this.#read = { promise, resolve };
    return promise;
  }

  /** Holds the messages that wait, after those that are held already; `first` goes before all. */
  hold(first?: string): void {
    const queued = this.queued.map((text) => this.#asHeld(text));
    this.#held = [...(first === undefined ? [] : [this.#asHeld(first)]), ...this.#held, ...queued];
    this.#waiting = this.#waiting.filter(({ type }) => type !== 'text');
  }

  /** Holds the messages that wait, and drops all other input. */
  interrupt(): void {
    this.hold();
    this.#waiting = [];
  }

  /** The first message that is held and may come back. It is held no longer. */
  release(mayComeBack: (text: string) => boolean): string | undefined {
    return this.#take(({ text, mode }) => mode === this.#mode && mayComeBack(text));
  }

  /** Holds a message that came back, before all others, until the command typed instead is done. */
  setAside(text: string): void {
    this.#aside = this.#asHeld(text);
    this.#held.unshift(this.#aside);
  }

  /** The message that was set aside for a command. */
  releaseAside(): string | undefined {
    return this.#take((held) => held === this.#aside && held.mode === this.#mode);
  }

  /** Takes a message out of those that are held, because it is sent after all. */
  forget(text: string): void {
    this.#take((held) => held.text === text);
  }

  /** Empties the queue and returns its messages, the held ones first. */
  takeBack(): string[] {
    const texts = [...this.held, ...this.queued];
    this.#held = [];
    this.#waiting = [];
    return texts;
  }

  /** No more input will come. */
  end(): void {
    this.#isEnded = true;
    if (this.#read) this.give({ type: 'end' });
  }

  #asHeld(text: string): Held {
    return { text, mode: this.#mode };
  }

  #take(isRight: (held: Held) => boolean): string | undefined {
    const index = this.#held.findIndex(isRight);
    return index < 0 ? undefined : this.#held.splice(index, 1)[0]?.text;
  }
}

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
