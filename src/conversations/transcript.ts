import { jsonText } from '../base/text/well-formed.js';
import { sanitizeLine, oneLine } from '../base/text/sanitize.js';
import { cutToWidth, displayWidth } from '../base/text/width.js';
import type { Conversation, Message } from './conversation.js';
import { conversationJson, messageJson, messageLines } from './details.js';
import { nameOf } from './metadata.js';

const SPEAKERS: Record<string, string> = { user: 'you', assistant: 'assistant', tool: 'tool' };

/** Messages as lines that are safe on a terminal: the speaker, then the text. */
export function transcriptLines(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => {
    const speaker = SPEAKERS[message.role] ?? sanitizeLine(message.role, 20);
    const [first, ...others] = messageLines(message);
    return [`${speaker}: ${first ?? ''}`, ...others.map((line) => `  ${line}`)];
  });
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

/** A tool call with its result. */
export interface ToolCallResult {
  name: string;
  /** JSON, as the model wrote it: not checked. */
  arguments: string;
  /** The text that the tool returned; null when it is not known. */
  result: string | null;
}

/**
 * The tool calls among messages. A result names no call: it belongs to the first one without a result,
 * of the last message that calls tools if there is one.
 */
export function toolCallsIn(messages: readonly Message[]): ToolCallResult[] {
  const calls: ToolCallResult[] = [];
  let latest: ToolCallResult[] = [];
  const isWaiting = ({ result }: ToolCallResult): boolean => result === null;
  for (const { role, text, toolCalls } of messages) {
    if (role === 'tool') {
      const call = latest.find(isWaiting) ?? calls.find(isWaiting);
      if (call) call.result = text;
    } else if (toolCalls.length > 0) {
      latest = toolCalls.map(({ name, arguments: args }) => ({
        ...{ name, arguments: args },
        result: null,
      }));
      calls.push(...latest);
    }
  }
  return calls;
}

export interface ToolCallLineOptions {
  /** Cells in a row of the window; undefined where nothing is cut. */
  columns?: number | undefined;
  /** Stands between a call and its result. */
  arrow: '→' | '->';
}

/** A call as one line, such as `get_order {"id":"4711"} → {"state":"shipped"}`, safe on a terminal. */
export function toolCallLine(
  call: ToolCallResult,
  { columns = Infinity, arrow }: ToolCallLineOptions,
): string {
  const name = oneLine(call.name) || 'unnamed tool';
  const args = oneLine(call.arguments);
  const result = oneLine(call.result ?? '');
  const before = args === '' ? name : `${name} `;
  const between = call.result === null ? '' : ` ${arrow} `;
  // Long arguments leave some room to the result.
  const room = columns - displayWidth(before) - displayWidth(between);
  const argsRoom = Math.max(room - displayWidth(result), Math.ceil(room * ARGS_SHARE), MIN_ARGS);
  return cut(`${before}${cut(args, argsRoom)}${between}${result}`, columns);
}

/** The share of the room for the arguments, when arguments and result do not fit. */
const ARGS_SHARE = 0.65;
/** Minimal width in cells: shorter texts say nothing. */
const MIN_ARGS = 4;

function cut(text: string, columns: number): string {
  return displayWidth(text) <= columns ? text : `${cutToWidth(text, columns - 1)}…`;
}
