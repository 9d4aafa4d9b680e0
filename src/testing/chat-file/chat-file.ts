import type { Check, ToolUse } from '../checks/check.js';
import type { Source } from './source.js';
import type { Variables } from './values.js';

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
