import { jsonText } from '../text/json-line.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import type { Conversation, Message, ToolCall } from './conversation.js';
import { conversationJson, messageJson } from './json.js';
import { nameOf } from './names.js';

const SPEAKERS: Record<string, string> = { user: 'you', assistant: 'assistant', tool: 'tool' };

/** Messages as lines that are safe on a terminal: who, then what. */
export function transcriptLines(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => {
    const speaker = SPEAKERS[message.role] ?? sanitizeLine(message.role, 20);
    const [first, ...others] = saidLines(message);
    return [`${speaker}: ${first ?? ''}`, ...others.map((line) => `  ${line}`)];
  });
}

/** What a message says and what tools it calls, as lines that are safe on a terminal. */
export function saidLines({ text, toolCalls }: Message, longest = 500): string[] {
  const said = text === '' ? [] : sanitize(text).split('\n');
  return [...said, ...toolCalls.map((call) => callText(call, longest))];
}

function callText({ name, arguments: args }: ToolCall, longest: number): string {
  return `calls ${sanitizeLine(name)}(${sanitizeLine(args, longest)})`;
}

export const TRANSCRIPT_FORMATS = ['md', 'json', 'txt'] as const;

export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** The format that a file's name ends with. */
export function formatByName(file: string): TranscriptFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  return TRANSCRIPT_FORMATS.find((known) => known === ending);
}

/** A conversation as a file, in pieces that follow each other. */
export interface Transcript {
  begin: (conversation: Conversation) => string;
  message: (message: Message) => string;
  end: () => string;
}

export function openTranscript(format: TranscriptFormat): Transcript {
  return format === 'json' ? jsonTranscript() : textTranscript(format);
}

/** A conversation as a file. */
export function transcript(
  conversation: Conversation,
  messages: readonly Message[],
  format: TranscriptFormat,
): string {
  const { begin, message, end } = openTranscript(format);
  return [begin(conversation), ...messages.map(message), end()].join('');
}

/** One object, a message a line. */
function jsonTranscript(): Transcript {
  let separator = '\n';
  return {
    begin: (conversation) =>
      `${jsonText(conversationJson(conversation)).slice(0, -1)},"messages":[`,
    message(message) {
      const text = separator + jsonText(messageJson(message));
      separator = ',\n';
      return text;
    },
    end: () => '\n]}\n',
  };
}

function textTranscript(format: 'md' | 'txt'): Transcript {
  const title = format === 'md' ? '# ' : '';
  return {
    begin(conversation) {
      const name = nameOf(conversation) || `Conversation ${conversation.id}`;
      return `${title}${name}\n${format === 'md' ? '\n' : ''}${conversation.id}\n`;
    },
    message: (message) => `\n${entry(message, format)}`,
    end: () => '',
  };
}

function entry(
  { role, text, sentAt, createdAt, toolCalls }: Message,
  format: 'md' | 'txt',
): string {
  const when = sentAt || createdAt;
  const who = when === '' ? role : `${role}, ${when}`;
  const calls = toolCalls.map(({ name, arguments: args }) =>
    format === 'md' ? `\`${name}(${args})\`` : `${name}(${args})`,
  );
  const body = [text, ...calls].filter((part) => part !== '').join('\n\n');
  return format === 'md' ? `## ${who}\n\n${body}\n` : `${who}:\n${body}\n`;
}
