import { AppError } from '../../base/errors.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import type { Conversation, Message } from '../../conversations/conversation.js';
import { nameOf } from '../../conversations/metadata.js';
import type { Transcript } from '../../conversations/transcript.js';
import { readHeading } from '../chat-file/case-builder.js';
import { callsOf, type RecordEntry } from '../chat-file/chat-file.js';
import { namesIn, isJsonObject, jsonValue, type Json } from '../chat-file/syntax.js';
import type { ToolUse } from '../checks/check.js';
import { isPattern } from '../checks/matching.js';
import {
  recordedConversation,
  type RecordedTurn,
  markedLines,
  recordLines,
  toolName,
} from './recording.js';

const MAX_TITLE = 80;

/**
 * A conversation as a `.chat` file: what was said, replied and called, and for each turn a check of the
 * tools that it called. Throws `usage` when no user said anything in it.
 */
export function exportedChat(conversation: Conversation, messages: readonly Message[]): string {
  const { greeting, turns } = recordedConversation(messages);
  if (turns.length === 0) {
    throw new AppError('usage', 'the conversation has no message of a user', {
      hint: 'a case begins with one; export it as md, json or txt',
    });
  }
  const title = [`== ${titleOf(conversation)}`];
  const begin = greeting.length === 0 ? title : [...title, ...recordLines(greeting), ''];
  const assistantId = conversation.metadata['assistant_id'];
  const header = assistantId === undefined ? [] : [`assistant: ${assistantId}`, ''];
  const lines = turns.flatMap((turn, index) => [...(index === 0 ? [] : ['']), ...turnLines(turn)]);
  return [...header, ...begin, ...lines, ''].join('\n');
}

/** The same, for whoever writes a conversation message by message: all of it comes at the end. */
export function chatFileTranscript(): Transcript {
  let exported: Conversation | undefined;
  const messages: Message[] = [];
  return {
    begin(conversation) {
      exported = conversation;
      return '';
    },
    message(message) {
      messages.push(message);
      return '';
    },
    end() {
      if (!exported) throw new AppError('bug', 'a transcript ended before it began');
      return exportedChat(exported, messages);
    },
  };
}

/** `#words` at the end of a title would be tags. */
function titleOf(conversation: Conversation): string {
  const name = sanitizeLine(nameOf(conversation), MAX_TITLE);
  const title = name === '' ? `Conversation ${conversation.id}` : name;
  return readHeading(title).tags.length > 0 ? `${title} (recorded)` : title;
}

function turnLines({ message, record }: RecordedTurn): string[] {
  // A name in braces would ask for a value; a message with NUL is not sent.
  const text = message.replaceAll('\0', '');
  const said = namesIn(text).length > 0 ? text.replaceAll('{{', '{ {') : text;
  return [...markedLines('>', said), ...recordLines(record), ...callChecks(record)];
}

function callChecks(record: readonly RecordEntry[]): string[] {
  const calls = callsOf(record);
  if (calls.length === 0) return ['? calls nothing'];
  return [...new Set(calls.map((call) => `? calls ${expectedCall(call)}`))];
}

/** Includes the arguments if they are an object without anything that would be read as a pattern. */
function expectedCall({ name, arguments: args }: ToolUse): string {
  const tool = toolName(name);
  const value = jsonValue(args);
  const isPlain = isJsonObject(value) && Object.keys(value).length > 0 && isLiteral(value);
  return isPlain ? `${tool} ${args.trim().replace(/\s*[\r\n]+\s*/g, ' ')}` : tool;
}

function isLiteral(value: Json): boolean {
  if (typeof value === 'string')
    return !isPattern(value) && value !== '*' && namesIn(value).length === 0;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => namesIn(key).length === 0 && isLiteral(each));
}
