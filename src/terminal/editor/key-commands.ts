import type { Typed } from '../../chat/ports.js';
import type { TabKey } from './completion.js';
import type { Composer } from './composer.js';
import type { InputQueue, ReturningText } from './input-queue.js';
import type { KeyEvent } from './keys.js';
import type { WrapShape } from './layout.js';
import type { Display } from './screen.js';

export interface KeyHandlerOptions {
  composer: Composer;
  queue: InputQueue;
  returning: ReturningText;
  tab: TabKey;
  display: Display;
  /** The command that Ctrl-X and Ctrl-G put before the draft. */
  editCommand: string | undefined;
  /** Leaves a sent draft on the screen. */
  record: (text: string) => void;
  /** Reports Ctrl-C while a turn runs. */
  interrupt: () => void;
  stopProcess: () => void;
  /** How the draft is wrapped now. */
  shape: () => WrapShape;
}

function pressEnter(parts: KeyHandlerOptions): void {
  parts.composer.endSearch(true);
  const text = parts.composer.enter();
  if (text !== undefined) send(parts, { type: 'text', text });
}

function send({ queue, record }: KeyHandlerOptions, typed: Typed & { type: 'text' }): void {
  if (queue.isBeingRead) record(typed.text);
  queue.give(typed);
}

/** While a turn runs, the queued messages are held: they were to follow this turn. */
function pressInterrupt({ composer, queue, interrupt }: KeyHandlerOptions): void {
  if (composer.isSearching) composer.endSearch(false);
  else if (!queue.isBeingRead) {
    queue.interrupt();
    interrupt();
  } else if (composer.draft.text === '') queue.give({ type: 'interrupt' });
  else composer.clear();
}

function pressEnd({ composer, queue }: KeyHandlerOptions): void {
  composer.endSearch(true);
  if (composer.draft.text === '') queue.give({ type: 'end' });
  else composer.draft.press('delete');
}

/** Sends the draft as a command, because while a turn runs, the turn owns the terminal. */
function openDraftInEditor(parts: KeyHandlerOptions): void {
  const { composer, editCommand } = parts;
  if (editCommand === undefined) return;
  composer.endSearch(true);
  const text = `${editCommand} ${composer.draft.fullText}`;
  composer.clear();
  send(parts, { type: 'text', text, isByKey: true });
}

/** Ctrl-G leaves a search, as in a shell. */
function pressEditor(parts: KeyHandlerOptions): void {
  if (parts.composer.isSearching) parts.composer.endSearch(false);
  else openDraftInEditor(parts);
}

function pressTab({ composer, tab }: KeyHandlerOptions): void {
  if (composer.isSearching) composer.endSearch(true);
  else tab.press();
}

/** Takes one event after the other: some keys do more than change the draft. */
export function keyHandler(parts: KeyHandlerOptions): (event: KeyEvent) => void {
  const { composer, returning, tab, display } = parts;
  const commands = new Map([
    ['enter', () => pressEnter(parts)],
    ['ctrl+c', () => pressInterrupt(parts)],
    ['ctrl+d', () => pressEnd(parts)],
    ['ctrl+g', () => pressEditor(parts)],
    ['ctrl+l', () => display.clear()],
    ['ctrl+x', () => openDraftInEditor(parts)],
    ['ctrl+z', () => parts.stopProcess()],
    ['tab', () => pressTab(parts)],
  ]);
  return (event) => {
    const { name, raw } = event.type === 'key' ? event : { name: '', raw: '' };
    if (name === 'unknown') display.answer(raw);
    else if (name !== 'tab') tab.dismiss();
    const command = commands.get(name);
    if (command) command();
    else {
      returning.makeRoom(event);
      composer.apply(event, parts.shape());
    }
  };
}
