import type { ValuesOf } from '../../command-line/command.js';
import { clockTime } from '../../conversations/details.js';
import { excerptOf } from '../../conversations/excerpt.js';
import type { Matcher, SearchedConversation, SearchHit } from '../../conversations/search.js';
import type { Context } from '../../process/context.js';
import type { Redactor } from '../../redact/redact.js';
import { stylesFor } from '../../terminal/styles.js';
import { age } from '../../base/time.js';
import { oneLine } from '../../base/text/sanitize.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { appearanceFor, type OUTPUT, type Prose } from '../options/output.js';

interface SearchPrinting {
  output: ValuesOf<typeof OUTPUT>;
  context: Context;
  match: Matcher;
  redactor: Redactor | undefined;
  /** For a terminal. */
  prose: Prose;
}

/** A conversation and its hits: for people on a terminal, in fields on a pipe, a line of JSON for each. */
export function searchPrinter(
  printing: SearchPrinting,
): (searched: SearchedConversation) => string {
  const { output, context, redactor } = printing;
  const isWrapped = context.stdout.isTTY === true && !output.json;
  const print = isWrapped ? readable(printing) : output.json ? jsonLines : fields;
  if (!redactor) return print;
  return (searched) => {
    const shown = masked(searched, printing.match, redactor);
    const printed = print(shown);
    // A stand-in may be wrapped, or marked as what was searched for.
    redactor.count(isWrapped ? [shown.title, ...shown.hits.map(excerptText)].join('\n') : printed);
    return printed;
  };
}

/** Marks nothing when the match itself is masked. Of the conversation, nothing else is printed. */
function masked(
  { conversation, title, hits }: SearchedConversation,
  match: Matcher,
  redactor: Redactor,
): SearchedConversation {
  return {
    conversation,
    title: redactor.name(title),
    hits: hits.map((hit) => {
      const text = redactor.text(hit.text);
      return { ...hit, text, spans: match([text])[0] ?? [] };
    }),
  };
}

function excerptText({ text, spans }: SearchHit): string {
  return excerptOf(text, spans)
    .map((piece) => piece.text)
    .join('');
}

function jsonLines({ conversation: { id }, title, hits }: SearchedConversation): string {
  return hits
    .map(({ message, text, spans }) => {
      const { role, sentAt, createdAt } = message;
      const time = sentAt || createdAt || null;
      const name = title || null;
      return jsonLine({ conversation_id: id, name, time, role, text, matches: spans });
    })
    .join('');
}

function fields({ conversation: { id }, title, hits }: SearchedConversation): string {
  return hits
    .map((hit) => {
      const { role, sentAt, createdAt } = hit.message;
      return `${[id, title, sentAt || createdAt, role, excerptText(hit)].map(oneLine).join('\t')}\n`;
    })
    .join('');
}

/** The indent of what does not fit on the first line. */
const HANG = 4;

function readable({ output, context, prose }: SearchPrinting) {
  const appearance = appearanceFor(output, context);
  const { bold, dim } = stylesFor(appearance);
  const mark = appearance.color ? bold : (text: string) => `*${text}*`;
  const line = ({ message, text, spans }: SearchHit): string => {
    const { role, sentAt, createdAt } = message;
    const said = excerptOf(text, spans).map((piece) =>
      piece.isMarked ? mark(piece.text) : piece.text,
    );
    const label = dim(`${clockTime(sentAt || createdAt)}  ${oneLine(role)}`);
    return `${prose(`  ${label}  ${said.join('')}`, HANG)}\n`;
  };
  return ({ conversation, title, hits }: SearchedConversation): string => {
    const { id, lastMessageAt, createdAt } = conversation;
    const used = age(lastMessageAt || createdAt, context.clock.now());
    const parts = [oneLine(id), bold(oneLine(title)), dim(used)].filter((part) => part !== '');
    return `${prose(parts.join('  '), HANG)}\n${hits.map(line).join('')}`;
  };
}
