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

/** What was recorded of a turn, in order: what the assistant said, and the tools that it called. */
export type RecordEntry = { type: 'reply'; text: string } | { type: 'call'; call: ToolUse };

export interface ScriptedTurn {
  line: number;
  /** What is said; it may hold `{{name}}`. */
  message: string;
  record: RecordEntry[];
  checks: PlacedCheck[];
  /** The last line of the message, and the lines of the record. */
  lastMessageLine: number;
  recordLines: number[];
}

/** What the settings of a file or a case say; what they do not say is undefined. */
export interface Settings {
  assistant?: string;
  speaker?: string;
  runs?: Runs;
  timeoutMs?: number;
  metadata?: Record<string, string>;
  isSerial?: boolean;
  /** Of a file only: what 95 of 100 answers have to keep to. */
  p95?: { ms: number; line: number; text: string };
  channel?: 'web_chat';
  /** Who the simulated caller is. */
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
  /** Those of the file, with the case's own in their place. */
  settings: Settings;
  /** Checks for every turn: those of the file, then those of the case. */
  checks: PlacedCheck[];
  /** What the assistant said before the first message. */
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
