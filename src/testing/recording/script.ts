import { callsOf, replyOf, type ChatFile, type RecordEntry } from '../chat-file/chat-file.js';
import { plainText } from '../checks/plain-text.js';

/** What an assistant that plays recordings does in one turn. */
export interface PlayedTurn {
  reply: string;
  /** In order, before the reply. */
  calls: { name: string; arguments: string; result: string }[];
}

const NO_LINE = 'The script has no line for that.';

interface ScriptedLine {
  said: string;
  place: number;
  record: RecordEntry[];
}

/**
 * An assistant that answers as recorded: by the same words at the same place of a conversation, else by the
 * same words anywhere, else it says that it has no line for that. `place` counts the messages before.
 */
export function createScript(
  files: readonly ChatFile[],
): (turn: { text: string; place: number }) => PlayedTurn {
  const lines = files.flatMap(linesOf);
  return ({ text, place }) => {
    const said = plainText(text);
    const same = lines.filter((line) => line.said === said);
    const line = same.find((each) => each.place === place) ?? same[0];
    return line ? played(line.record) : { reply: NO_LINE, calls: [] };
  };
}

/** Turns without a record have nothing to play. */
function linesOf({ cases }: ChatFile): ScriptedLine[] {
  return cases.flatMap(({ turns }) =>
    turns.flatMap(({ message, record }, place) =>
      record.length === 0 ? [] : [{ said: plainText(message), place, record }],
    ),
  );
}

function played(record: readonly RecordEntry[]): PlayedTurn {
  const calls = callsOf(record).map((call) => ({ ...call, result: call.result ?? '' }));
  return { reply: replyOf(record) ?? '', calls };
}
