import type { Context } from '../../process/context.js';
import type { Conversation } from '../../conversations/conversation.js';
import { conversationJson } from '../../conversations/json.js';
import { conversationCells } from '../../conversations/details.js';
import { jsonText } from '../../text/json-line.js';
import { stylesFor } from '../../terminal/styles.js';
import { openTable } from '../../terminal/table.js';
import { appearanceFor } from '../options/output.js';

/** Conversations as text that grows. */
export interface ConversationPrinter {
  begin(): string;
  /** `firstWords` by id, for those without a name. */
  rows(conversations: readonly Conversation[], firstWords?: ReadonlyMap<string, string>): string;
  end(hasMore: boolean): string;
}

interface Printing {
  json: boolean;
  color: boolean;
}

/** A table on a terminal, fields between tabs on a pipe, one object with `--json`. */
export function conversationPrinter(output: Printing, context: Context): ConversationPrinter {
  if (output.json) return jsonPrinter();
  const rows = context.stdout.isTTY ? tableRows(output, context) : tabbedRows;
  return { begin: () => '', rows: (batch, words) => linesOf(rows(batch, words)), end: () => '' };
}

type Rows = (
  conversations: readonly Conversation[],
  firstWords: ReadonlyMap<string, string> | undefined,
) => string[];

const tabbedRows: Rows = (conversations) =>
  conversations.map((each) => conversationCells(each, { now: undefined }).join('\t'));

function tableRows(output: Printing, context: Context): Rows {
  const { dim, bold, warning } = stylesFor(appearanceFor(output, context));
  const lines = openTable({
    columns: [
      { title: 'ID' },
      { title: 'NAME', gives: 'cut', style: bold },
      { title: 'LAST USED', gives: 'drop', style: dim },
      { title: 'CHANNEL', gives: 'drop' },
      { title: 'WITH', gives: 'drop' },
      { title: 'STATE', style: warning },
    ],
    width: () => context.stdout.columns || 80,
    styleTitle: dim,
  });
  const now = context.clock.now();
  return (conversations, words) =>
    lines(
      conversations.map((each) =>
        conversationCells(each, { now, firstWords: words?.get(each.id) }),
      ),
    );
}

function jsonPrinter(): ConversationPrinter {
  let separator = '\n';
  const row = (conversation: Conversation): string => {
    const text = separator + jsonText(conversationJson(conversation));
    separator = ',\n';
    return text;
  };
  return {
    begin: () => '{"conversations":[',
    rows: (conversations) => conversations.map(row).join(''),
    end: (hasMore) => `\n],"has_more":${hasMore}}\n`,
  };
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
