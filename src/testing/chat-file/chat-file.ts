import type { Check, ToolUse } from '../checks/check.js';
import type { Variables } from './syntax.js';

/** The longest `.chat` file that is read: 1 MiB. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** A line of a file, from which the file can be written as it was. */
export interface SourceLine {
  text: string;
  /** Set when the text may not give them back: they are not UTF-8. */
  bytes?: Uint8Array;
  /** LF, CRLF, CR, or '' at the end of a file that has no final line end. */
  ending: string;
}

export interface Source {
  hasByteOrderMark: boolean;
  lines: SourceLine[];
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
/** Stands in a text for what is not UTF-8. */
const REPLACEMENT = '\ufffd';

/** The lines of a file, whatever bytes it has. */
export function readSource(bytes: Uint8Array): Source {
  const hasByteOrderMark = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  const lines: SourceLine[] = [];
  for (let start = hasByteOrderMark ? BYTE_ORDER_MARK.length : 0; start < bytes.length;) {
    const end = endOfLine(bytes, start);
    const ending = endingAt(bytes, end);
    const own = bytes.subarray(start, end);
    const text = DECODER.decode(own);
    lines.push(text.includes(REPLACEMENT) ? { text, bytes: own, ending } : { text, ending });
    start = end + ending.length;
  }
  return { hasByteOrderMark, lines };
}

/** The bytes of a file: `printSource(readSource(bytes))` are `bytes`. */
export function printSource({ hasByteOrderMark, lines }: Source): Uint8Array {
  const parts = lines.flatMap(({ text, bytes = Buffer.from(text), ending }) => [
    bytes,
    Buffer.from(ending),
  ]);
  return Buffer.concat(hasByteOrderMark ? [Buffer.from(BYTE_ORDER_MARK), ...parts] : parts);
}

function endOfLine(bytes: Uint8Array, start: number): number {
  for (let index = start; index < bytes.length; index++) {
    if (bytes[index] === LINE_FEED || bytes[index] === CARRIAGE_RETURN) return index;
  }
  return bytes.length;
}

function endingAt(bytes: Uint8Array, index: number): string {
  if (index === bytes.length) return '';
  if (bytes[index] === LINE_FEED) return '\n';
  return bytes[index + 1] === LINE_FEED ? '\r\n' : '\r';
}

/** The offset of the first byte that is not UTF-8, in UTF-16 units; undefined for a good line. */
export function badByteOffset({ text, bytes }: SourceLine): number | undefined {
  if (!bytes) return undefined;
  const again = Buffer.from(text);
  if (again.equals(bytes)) return undefined;
  const index = again.findIndex((byte, at) => byte !== bytes[at]);
  const good = bytes.subarray(0, index);
  // A sequence that is cut short is not part of the good text.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(good, { stream: true }).length;
}

/** The column of a place in a line: characters, from 1. */
export function columnAt(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length + 1;
}

/** A check and its place. */
export interface PlacedCheck {
  line: number;
  column: number;
  /** As it is written, without the mark. */
  text: string;
  check: Check;
}

/** A reply of the assistant or a tool call, as a turn recorded them in order. */
export type RecordEntry = { type: 'reply'; text: string } | { type: 'call'; call: ToolUse };

export interface ScriptedTurn {
  line: number;
  /** The message; it may contain `{{name}}`. */
  message: string;
  record: RecordEntry[];
  checks: PlacedCheck[];
  /** The last line of the message, and the lines of the record. */
  lastMessageLine: number;
  recordLines: number[];
}

/** The settings of a file or a case; those that are not given are undefined. */
export interface Settings {
  assistant?: string;
  speaker?: string;
  runs?: Runs;
  timeoutMs?: number;
  metadata?: Record<string, string>;
  isSerial?: boolean;
  /** Only in the settings of a file: the bound that 95 of 100 answers have to keep to. */
  p95?: { ms: number; line: number; text: string };
  channel?: 'web_chat';
  /** The description of the simulated caller. */
  caller?: { text: string; line: number };
}

export interface Runs {
  count: number;
  mustPass: number;
}

export interface TestCase {
  title: string;
  tags: string[];
  line: number;
  /** The last line before the next case. */
  lastLine: number;
  /** The settings of the file, replaced by those of the case. */
  settings: Settings;
  /** Checks for every turn: those of the file, then those of the case. */
  checks: PlacedCheck[];
  /** The assistant's words before the first message. */
  greeting: RecordEntry[];
  turns: ScriptedTurn[];
}

export interface ChatFile {
  /** As it is named in reports. */
  path: string;
  source: Source;
  settings: Settings;
  cases: TestCase[];
  /** Those that were given with `--var`. */
  variables: Variables;
}

/** Telnyx's own assistant tests run it. */
export function isSimulated({ settings }: TestCase): boolean {
  return settings.caller !== undefined;
}

/** All checks that hold for a turn. */
export function checksOf(test: TestCase, turn: ScriptedTurn): PlacedCheck[] {
  return [...test.checks, ...turn.checks];
}

/** The reply of a record; undefined when it has none. */
export function replyOf(record: readonly RecordEntry[]): string | undefined {
  const texts = record.flatMap((entry) => (entry.type === 'reply' ? [entry.text] : []));
  return texts.length === 0 ? undefined : texts.join('\n');
}

export function callsOf(record: readonly RecordEntry[]): ToolUse[] {
  return record.flatMap((entry) => (entry.type === 'call' ? [entry.call] : []));
}
