import { jsonText } from '../text/json-line.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import type { Conversation, Message, ToolCall } from './conversation.js';
import { conversationJson, messageJson } from './json.js';
import { nameOf } from './names.js';

const SPEAKERS: Record<string, string> = { user: 'you', assistant: 'assistant', tool: 'tool' };

/** Messages as lines that are safe on a terminal: the speaker, then the text. */
export function transcriptLines(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => {
    const speaker = SPEAKERS[message.role] ?? sanitizeLine(message.role, 20);
    const [first, ...others] = messageLines(message);
    return [`${speaker}: ${first ?? ''}`, ...others.map((line) => `  ${line}`)];
  });
}

/** The text of a message and its tool calls, as lines that are safe on a terminal. */
export function messageLines({ text, toolCalls }: Message, maxLength = 500): string[] {
  const lines = text === '' ? [] : sanitize(text).split('\n');
  return [...lines, ...toolCalls.map((call) => callLine(call, maxLength))];
}

function callLine({ name, arguments: args }: ToolCall, maxLength: number): string {
  return `calls ${sanitizeLine(name)}(${sanitizeLine(args, maxLength)})`;
}

/** How a conversation is written as a file, in pieces that follow each other. */
interface FormatDefinition {
  /** Of the file's name; also the value of `--format`. */
  ending: string;
  begin: (conversation: Conversation) => string;
  message: (message: Message, isFirst: boolean) => string;
  end: string;
}

/** Every format that a conversation can be written in; the first one is the default. */
const FORMATS = [
  {
    ending: 'md',
    begin: (conversation) => `# ${titleOf(conversation)}\n\n${conversation.id}\n`,
    message: (message) => `\n## ${headingOf(message)}\n\n${bodyOf(message, '`')}\n`,
    end: '',
  },
  {
    ending: 'json',
    begin: (conversation) =>
      `${jsonText(conversationJson(conversation)).slice(0, -1)},"messages":[`,
    message: (message, isFirst) => `${isFirst ? '' : ','}\n${jsonText(messageJson(message))}`,
    end: '\n]}\n',
  },
  {
    ending: 'txt',
    begin: (conversation) => `${titleOf(conversation)}\n${conversation.id}\n`,
    message: (message) => `\n${headingOf(message)}:\n${bodyOf(message, '')}\n`,
    end: '',
  },
] as const satisfies readonly FormatDefinition[];

/** A format that is written in pieces. */
export type PieceFormat = (typeof FORMATS)[number]['ending'];
/** `chat` is a case for `test`: it is made of the whole conversation, in testing/recording/. */
export type TranscriptFormat = PieceFormat | 'chat';

export const TRANSCRIPT_FORMATS: readonly TranscriptFormat[] = [
  ...FORMATS.map(({ ending }) => ending),
  'chat',
];

const ENDINGS = TRANSCRIPT_FORMATS.map((format) => `.${format}`);
/** `.md, .json, .txt, .chat`: for help. */
export const TRANSCRIPT_ENDINGS = ENDINGS.join(', ');
/** `.md, .json, .txt or .chat`: for hints. */
export const ANY_TRANSCRIPT_ENDING = `${ENDINGS.slice(0, -1).join(', ')} or ${ENDINGS.at(-1)}`;

function titleOf(conversation: Conversation): string {
  return nameOf(conversation) || `Conversation ${conversation.id}`;
}

function headingOf({ role, sentAt, createdAt }: Message): string {
  const when = sentAt || createdAt;
  return when === '' ? role : `${role}, ${when}`;
}

function bodyOf({ text, toolCalls }: Message, quote: string): string {
  const calls = toolCalls.map((call) => `${quote}${call.name}(${call.arguments})${quote}`);
  return [text, ...calls].filter((part) => part !== '').join('\n\n');
}

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

export function openTranscript(format: PieceFormat): Transcript {
  const definition = FORMATS.find(({ ending }) => ending === format) ?? FORMATS[0];
  let isFirst = true;
  return {
    begin: definition.begin,
    message(message) {
      const text = definition.message(message, isFirst);
      isFirst = false;
      return text;
    },
    end: () => definition.end,
  };
}

/** Changes what a transcript is given, such as to mask personal data. */
export interface TranscriptChange {
  conversation: (conversation: Conversation) => Conversation;
  message: (message: Message) => Message;
}

export function redactedTranscript(plain: Transcript, change: TranscriptChange): Transcript {
  return {
    begin: (conversation) => plain.begin(change.conversation(conversation)),
    message: (message) => plain.message(change.message(message)),
    end: plain.end,
  };
}

/** A whole conversation as a file. */
export function transcript(
  conversation: Conversation,
  messages: readonly Message[],
  { begin, message, end }: Transcript,
): string {
  return [begin(conversation), ...messages.map(message), end()].join('');
}
