import type { Output } from '../../process/context.js';
import {
  cutWithEllipsis,
  cutToWidth,
  displayWidth,
  ESCAPE_SEQUENCE,
} from '../../base/text/width.js';
import { columnOf, layOut, rowOf, drawnText, type Row, type WrapShape } from './layout.js';
import { type ShownStatus, statusText } from './status.js';

/** Something to choose from, below the draft. */
export interface ShownList {
  /** The rows for a room of this size, at most as many as it has. */
  rows: (room: WindowSize) => readonly string[];
  /** For a terminal on which nothing is drawn. */
  lines: readonly string[];
}

/** The state that the bottom of the terminal shows. */
export interface ScreenState {
  prompt: string;
  text: string;
  cursor: number;
  status: ShownStatus | undefined;
  /** Messages sent during a turn, which wait for their own turns. */
  queued: readonly string[];
  /** Complete rows above the status, as a picker asks its question. */
  heading?: (columns: number) => readonly string[];
  list?: ShownList | undefined;
  /** Messages that come back to the prompt one by one. */
  held: readonly string[];
  /** True while a turn runs and nobody reads the input. */
  isBusy: boolean;
}

/** The stream that printed text is for. */
export type PrintTarget = 'stdout' | 'stderr';

export interface DisplayStreams {
  /** The terminal that the prompt is drawn on. */
  output: Output;
  /** The stream for replies. */
  stdout: Output;
}

/** Shows the bottom of the terminal, and prints text above it. */
export interface Display {
  show(screen: ScreenState): void;
  /** Prints a text above the bottom. The next print continues text that does not end in a newline. */
  print(text: string, to: PrintTarget): void;
  /** Puts complete lines above, with the next `show`. */
  note(text: string): void;
  /** Leaves the draft that is sent above, with the next `show`. */
  record(prompt: string, text: string): void;
  /** Puts an earlier message above, with the next `show`. */
  noteSent(prompt: string, text: string): void;
  /** Removes the bottom until the next `show`. */
  hide(): void;
  clear(): void;
  resize(): void;
  /** Takes what the terminal sent that is no key: it may be an answer. */
  answer(text: string): void;
}

export interface WindowSize {
  columns: number;
  rows: number;
}

/** A terminal that does not know its size says that it is 0. */
export const windowSize = ({ columns, rows }: Output): WindowSize => ({
  columns: columns || 80,
  rows: rows || 24,
});

/** The rows at the bottom of the terminal, from the status to the draft, and the cursor in them. */
export interface Area {
  rows: readonly string[];
  row: number;
  column: number;
  /** The text to the left of the cursor, in its row. */
  before: string;
}

/** An area, and the first row of the draft that it shows. */
export type View = Area & { top: number };

export interface ViewOfOptions {
  size: WindowSize;
  styleNotice: (text: string) => string;
  /** The line above the area is not empty: the prompt gets an empty line before it. */
  hasTextAbove: boolean;
  /** The first row of the draft that the view before this one showed. */
  top: number;
}

const MAX_LISTED = 3;
const MIN_LIST_ROWS = 2;
/** Cells that a prompt leaves for the draft; a window that is too narrow for it has a short one. */
const MIN_DRAFT_CELLS = 4;
const SHORT_PROMPT = '> ';

const fittingPrompt = (prompt: string, { columns }: WindowSize): string =>
  displayWidth(prompt) > columns - MIN_DRAFT_CELLS ? SHORT_PROMPT : prompt;

export function wrapShape(prompt: string, size: WindowSize): WrapShape {
  return { columns: size.columns, indent: displayWidth(fittingPrompt(prompt, size)) };
}

const listed = (label: string, text: string): string => `${label}: ${text.replaceAll('\n', ' ⏎ ')}`;

/** The queued messages; the last ones are those that were just typed. */
function queuedLines(queued: readonly string[]): string[] {
  const hidden = queued.length - MAX_LISTED;
  const lines = queued.slice(-MAX_LISTED).map((text) => listed('queued', text));
  return hidden > 0 ? [`queued: ${hidden} more`, ...lines] : lines;
}

/** The held messages; the first one is the next to come back. */
function heldLines(held: readonly string[]): string[] {
  const hidden = held.length - MAX_LISTED;
  const lines = held.slice(0, MAX_LISTED).map((text) => listed('held', text));
  return hidden > 0 ? [...lines, `held: ${hidden} more`] : lines;
}

function notices(screen: ScreenState, { size, styleNotice }: ViewOfOptions): string[] {
  const status = screen.status ? [statusText(screen.status)] : [];
  const lines = [...status, ...heldLines(screen.held), ...queuedLines(screen.queued)];
  return lines.map((line) => styleNotice(cutWithEllipsis(drawnText(line), size.columns)));
}

/** The first row to show of a long draft, so that the cursor's row is visible. */
export function scrollTo(cursorRow: number, height: number, rows: number, top: number): number {
  const highest = Math.max(0, rows - height);
  return Math.min(highest, Math.max(cursorRow - height + 1, Math.min(top, cursorRow)));
}

/** The list leaves half of the room to a long draft. */
function listRows(
  { list }: ScreenState,
  { columns, rows }: WindowSize,
  draft: readonly Row[],
): readonly string[] {
  const left = rows - Math.min(draft.length, Math.ceil(rows / 2));
  return left > 0 && list ? list.rows({ columns, rows: left }) : [];
}

function rowText(screen: ScreenState, row: Row, end: number): string {
  const text = drawnText(screen.text.slice(row.start, end));
  if (row.indent === 0) return text;
  return (row.start === 0 ? cutRow(screen.prompt, row.indent) : ' '.repeat(row.indent)) + text;
}

/** A row that a very narrow window cannot hold loses its end, and its colours. */
function cutRow(row: string, columns: number): string {
  if (displayWidth(row) <= columns) return row;
  return cutToWidth(row.replace(ESCAPE_SEQUENCE, ''), columns);
}

/**
 * The area for a state. It leaves at least one row of the window free, so that the cursor can
 * still return to an unfinished line above it.
 */
export function viewOf(state: ScreenState, options: ViewOfOptions): View {
  const { size } = options;
  const screen = { ...state, prompt: fittingPrompt(state.prompt, size) };
  const laidOut = layOut(screen.text, wrapShape(screen.prompt, size));
  const cursorRow = rowOf(laidOut, screen.cursor);
  const room = Math.max(1, size.rows - 1);
  const heading = screen.heading?.(size.columns) ?? [];
  const kept = Math.min(3, laidOut.length) + (screen.list ? MIN_LIST_ROWS : 0);
  const notes = [...heading, ...notices(screen, options)].slice(0, Math.max(0, room - kept));
  const needsGap = !screen.heading && (options.hasTextAbove || notes.length > 0);
  const gap = needsGap && notes.length + laidOut.length < room ? [''] : [];
  const above = notes.length + gap.length;
  const list = listRows(screen, { columns: size.columns, rows: room - above }, laidOut);
  const height = room - above - list.length;
  const top = scrollTo(cursorRow, height, laidOut.length, options.top);
  const drafted = laidOut.slice(top, top + height).map((row) => rowText(screen, row, row.end));
  const cursorIn = laidOut[cursorRow] ?? { start: 0, end: 0, indent: 0 };
  return {
    rows: [...notes, ...gap, ...drafted, ...list].map((row) => cutRow(row, size.columns)),
    row: above + cursorRow - top,
    column: columnOf(screen, cursorIn),
    before: cutRow(rowText(screen, cursorIn, screen.cursor), size.columns),
    top,
  };
}

/** A sent draft as it stays on the screen. The terminal wraps it: copied, it has no breaks. */
export function sentDraft(prompt: string, text: string): string {
  const indent = ' '.repeat(displayWidth(prompt));
  return `${prompt}${drawnText(text).replaceAll('\n', `\n${indent}`)}\n`;
}
