import type { Composer } from './composer.js';
import type { InputQueue } from './input-queue.js';

export interface KeyCommandsOptions {
  composer: Composer;
  queue: InputQueue;
  /** The command that Ctrl-X puts before the draft. */
  editCommand: string | undefined;
  /** Leaves a sent draft on the screen. */
  record: (text: string) => void;
  /** Reports Ctrl-C while a turn runs. */
  interrupt: () => void;
  completeWord: () => void;
  clearScreen: () => void;
  stopProcess: () => void;
}

function pressEnter({ composer, queue, record }: KeyCommandsOptions): void {
  composer.endSearch(true);
  const entered = composer.enter();
  if (entered.type !== 'send') return;
  if (queue.isBeingRead) record(entered.text);
  queue.give({ type: 'text', text: entered.text });
}

/** While a turn runs, the queued messages return to the draft: they were to follow this turn. */
function pressInterrupt({ composer, queue, interrupt: tell }: KeyCommandsOptions): void {
  if (composer.isSearching) composer.endSearch(false);
  else if (!queue.isBeingRead) {
    const queued = queue.takeBack();
    if (queued.length > 0) composer.draft.restore(queued.join('\n'));
    tell();
  } else if (composer.draft.text === '') queue.give({ type: 'interrupt' });
  else composer.clear();
}

function pressEnd({ composer, queue }: KeyCommandsOptions): void {
  composer.endSearch(true);
  if (composer.draft.text === '') queue.give({ type: 'end' });
  else composer.draft.press('delete');
}

/** Sends the draft as a command, because while a turn runs, the turn owns the terminal. */
function openDraftInEditor({ composer, queue, record, editCommand }: KeyCommandsOptions): void {
  if (editCommand === undefined) return;
  composer.endSearch(true);
  const text = `${editCommand} ${composer.draft.text}`;
  composer.clear();
  if (queue.isBeingRead) record(text);
  queue.give({ type: 'text', text, isByKey: true });
}

function pressTab({ composer, completeWord }: KeyCommandsOptions): void {
  if (composer.isSearching) composer.endSearch(true);
  else completeWord();
}

/** The keys that do more than change the draft. */
export function keyCommands(parts: KeyCommandsOptions): ReadonlyMap<string, () => void> {
  return new Map([
    ['enter', () => pressEnter(parts)],
    ['ctrl+c', () => pressInterrupt(parts)],
    ['ctrl+d', () => pressEnd(parts)],
    ['ctrl+l', () => parts.clearScreen()],
    ['ctrl+x', () => openDraftInEditor(parts)],
    ['ctrl+z', () => parts.stopProcess()],
    ['tab', () => pressTab(parts)],
  ]);
}
