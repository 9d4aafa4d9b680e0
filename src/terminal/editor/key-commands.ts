import type { Composer } from './composer.js';
import type { InputQueue } from './input-queue.js';

export interface KeyCommandsOptions {
  composer: Composer;
  inbox: InputQueue;
  /** What Ctrl-X makes of the draft. */
  editCommand: string | undefined;
  /** Leaves a finished draft on the screen. */
  record: (text: string) => void;
  /** Tells of Ctrl-C while a turn runs. */
  interrupt: () => void;
  completeWord: () => void;
  clearScreen: () => void;
  stopProcess: () => void;
}

function pressEnter({ composer, inbox, record }: KeyCommandsOptions): void {
  composer.endSearch(true);
  const entered = composer.enter();
  if (entered.type !== 'send') return;
  if (inbox.isBeingRead) record(entered.text);
  inbox.give({ type: 'text', text: entered.text });
}

/** While a turn runs, what was queued behind it comes back too: it was not to be sent after all. */
function pressInterrupt({ composer, inbox, interrupt: tell }: KeyCommandsOptions): void {
  if (composer.isSearching) composer.endSearch(false);
  else if (!inbox.isBeingRead) {
    const queued = inbox.takeBack();
    if (queued.length > 0) composer.draft.restore(queued.join('\n'));
    tell();
  } else if (composer.draft.text === '') inbox.give({ type: 'interrupt' });
  else composer.clear();
}

function pressEnd({ composer, inbox }: KeyCommandsOptions): void {
  composer.endSearch(true);
  if (composer.draft.text === '') inbox.give({ type: 'end' });
  else composer.draft.press('delete');
}

/** The draft as a command: what has the terminal while a turn runs is the turn. */
function openDraftInEditor({ composer, inbox, record, editCommand }: KeyCommandsOptions): void {
  if (editCommand === undefined) return;
  composer.endSearch(true);
  const text = `${editCommand} ${composer.draft.text}`;
  composer.clear();
  if (inbox.isBeingRead) record(text);
  inbox.give({ type: 'text', text });
}

function pressTab({ composer, completeWord }: KeyCommandsOptions): void {
  if (composer.isSearching) composer.endSearch(true);
  else completeWord();
}

/** The keys that do more than edit the draft. */
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
