import type { Message } from '../../conversations/conversation.js';
import { isWholeCall } from '../chat-file/case-builder.js';
import {
  type RecordEntry,
  callsOf,
  replyOf,
  type ChatFile,
  type ScriptedTurn,
  printSource,
  type Source,
  type SourceLine,
} from '../chat-file/chat-file.js';
import type { ToolUse } from '../checks/check.js';

/** A message of the user's, and what the assistant did after it. */
export interface RecordedTurn {
  message: string;
  record: RecordEntry[];
}

export interface RecordedConversation {
  /** Replies and calls before the user's first message. */
  greeting: RecordEntry[];
  turns: RecordedTurn[];
}

/**
 * The texts and tool calls of messages in order. Results carry no id of their call: they belong to
 * the calls without one, in their order. Blank messages of the user's are passed over.
 */
export function recordedConversation(messages: readonly Message[]): RecordedConversation {
  const recorded: RecordedConversation = { greeting: [], turns: [] };
  let waiting: ToolUse[] = [];
  for (const { role, text, toolCalls } of messages) {
    const record = recorded.turns.at(-1)?.record ?? recorded.greeting;
    if (role === 'user' && text.trim() !== '') {
      recorded.turns.push({ message: text, record: [] });
      waiting = [];
    }
    const answered = role === 'tool' ? waiting.shift() : undefined;
    if (answered) answered.result = text;
    if (role !== 'assistant') continue;
    if (text !== '') record.push({ type: 'reply', text });
    const calls = toolCalls.map(({ name, arguments: args }): ToolUse => ({
      name,
      arguments: args,
    }));
    record.push(...calls.map((call): RecordEntry => ({ type: 'call', call })));
    waiting.push(...calls);
  }
  return recorded;
}

/** The tool calls of some messages. */
export function toolsIn(messages: readonly Message[]): ToolUse[] {
  const { greeting, turns } = recordedConversation(messages);
  return callsOf([...greeting, ...turns.flatMap(({ record }) => record)]);
}

const LINE_END = /\r\n|\r|\n/;

/** A text as lines of a mark, such as `> `: a mark alone is an empty line. */
export function markedLines(mark: string, text: string): string[] {
  return text.split(LINE_END).map((line) => (line === '' ? mark : `${mark} ${line}`));
}

/** A record as the lines of a file that are read as that record. */
export function recordLines(record: readonly RecordEntry[]): string[] {
  return record.flatMap((entry, index) => {
    const lines = entry.type === 'reply' ? markedLines('<', entry.text) : callLines(entry.call);
    return wouldContinue(record[index - 1], entry) ? ['', ...lines] : lines;
  });
}

/** Whether an entry would be read as a part of the one before; a blank line parts them. */
function wouldContinue(before: RecordEntry | undefined, entry: RecordEntry): boolean {
  if (before?.type !== entry.type) return false;
  if (before.type === 'reply') return true;
  return before.call.result === undefined && !isWholeCall(before.call.arguments);
}

function callLines({ name, arguments: args, result }: ToolUse): string[] {
  const called = `${toolName(name)} ${argumentText(args)}`.trimEnd();
  return [
    ...markedLines('*', called),
    ...(result === undefined ? [] : markedLines('* ->', result)),
  ];
}

/** The name of a tool as one word, which a check can name too. */
export function toolName(name: string): string {
  return name.trim().replace(/[\s,{]+/g, '_') || 'unknown';
}

/** JSON has no line end but between its values; a text that begins like JSON must not be taken for it. */
function argumentText(args: string): string {
  const trimmed = args.trim();
  const lines = trimmed.split(LINE_END);
  const isMistakable = lines.some((_, index) => isWholeCall(lines.slice(0, index + 1).join('\n')));
  return isMistakable ? lines.map((line) => line.trim()).join(' ') : trimmed;
}

/** A turn as it went, to be accepted in place of what the file has of it. */
export interface Acceptance {
  turn: ScriptedTurn;
  /** Undefined when the assistant was silent. */
  reply: string | undefined;
  calls: readonly ToolUse[];
}

/** Whether the file would change. */
export function isChange({ turn, reply, calls }: Acceptance): boolean {
  const known = recordLines(ordered(callsOf(turn.record), replyOf(turn.record)));
  return known.join('\n') !== recordLines(ordered(calls, reply)).join('\n');
}

/** The bytes of a file with what is accepted; every byte of other lines stays. */
export function acceptedFile(file: ChatFile, acceptances: readonly Acceptance[]): Uint8Array {
  const changes = new Map<number, Change>();
  for (const acceptance of acceptances) {
    if (isChange(acceptance)) addChanges(changes, acceptance);
  }
  return printSource(changed(file.source, changes));
}

/** A change of a line: it is kept or removed, and lines are added after it. */
interface Change {
  isKept: boolean;
  added: string[];
}

/** Tools answer before the reply. */
function ordered(calls: readonly ToolUse[], reply: string | undefined): RecordEntry[] {
  const entries = calls.map((call): RecordEntry => ({ type: 'call', call }));
  return reply === undefined ? entries : [...entries, { type: 'reply', text: reply }];
}

function addChanges(changes: Map<number, Change>, { turn, reply, calls }: Acceptance): void {
  const added = recordLines(ordered(calls, reply));
  const [first, ...others] = turn.recordLines;
  if (first === undefined) changes.set(turn.lastMessageLine, { isKept: true, added });
  else changes.set(first, { isKept: false, added });
  for (const line of others) changes.set(line, { isKept: false, added: [] });
}

function changed(
  { hasByteOrderMark, lines }: Source,
  changes: ReadonlyMap<number, Change>,
): Source {
  const usual = lines.find(({ ending }) => ending !== '')?.ending ?? '\n';
  const result = lines.flatMap((line, index) => {
    const change = changes.get(index + 1);
    if (!change) return [line];
    const added = change.added.map((text) => ({ text, ending: line.ending || usual }));
    return change.isKept ? [{ ...line, ending: line.ending || usual }, ...added] : added;
  });
  return { hasByteOrderMark, lines: withEnd(result, lines.at(-1)) };
}

/** A file without a final line end stays one. */
function withEnd(lines: SourceLine[], lastBefore: SourceLine | undefined): SourceLine[] {
  const last = lines.at(-1);
  if (!last || !lastBefore || lastBefore.ending !== '') return lines;
  return [...lines.slice(0, -1), { ...last, ending: '' }];
}
