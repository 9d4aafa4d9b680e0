import type { Composer } from './composer.js';
import type { Inbox } from './inbox.js';

export interface CommandParts {
  composer: Composer;
  inbox: Inbox;
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

function enter({ composer, inbox, record }: CommandParts): void {
  composer.endSearch(true);
  const entered = composer.enter();
  if (entered.type !== 'send') return;
  if (inbox.isBeingRead) record(entered.text);
  inbox.give({ type: 'text', text: entered.text });
}

/** While a turn runs, what was queued behind it comes back too: it was not to be sent after all. */
function interrupt({ composer, inbox, interrupt: tell }: CommandParts): void {
  if (composer.isSearching) composer.endSearch(false);
  else if (!inbox.isBeingRead) {
    const queued = inbox.takeBack();
    if (queued.length > 0) composer.draft.restore(queued.join('\n'));
    tell();
  } else if (composer.draft.text === '') inbox.give({ type: 'interrupt' });
  else composer.clear();
}

function endOrDelete({ composer, inbox }: CommandParts): void {
  composer.endSearch(true);
  if (composer.draft.text === '') inbox.give({ type: 'end' });
  else composer.draft.press('delete');
}

/** The draft as a command: what has the terminal while a turn runs is the turn. */
function edit({ composer, inbox, record, editCommand }: CommandParts): void {
  if (editCommand === undefined) return;
  composer.endSearch(true);
  const text = `${editCommand} ${composer.draft.text}`;
  composer.clear();
  if (inbox.isBeingRead) record(text);
  inbox.give({ type: 'text', text });
}

function complete({ composer, completeWord }: CommandParts): void {
  if (composer.isSearching) composer.endSearch(true);
  else completeWord();
}

/** The keys that do more than edit the draft. */
export function commandTable(parts: CommandParts): ReadonlyMap<string, () => void> {
  return new Map([
    ['enter', () => enter(parts)],
    ['ctrl+c', () => interrupt(parts)],
    ['ctrl+d', () => endOrDelete(parts)],
    ['ctrl+l', () => parts.clearScreen()],
    ['ctrl+x', () => edit(parts)],
    ['ctrl+z', () => parts.stopProcess()],
    ['tab', () => complete(parts)],
  ]);
}
