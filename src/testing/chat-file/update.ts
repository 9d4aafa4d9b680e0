import type { ToolUse } from '../checks/check.js';
import { recordLines } from '../recording/recording.js';
import {
  callsOf,
  replyOf,
  type ChatFile,
  type RecordEntry,
  type ScriptedTurn,
} from './chat-file.js';
import { printSource, type Source, type SourceLine } from './source.js';

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
