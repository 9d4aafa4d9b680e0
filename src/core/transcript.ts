import type { Message, ToolCall } from './conversation.js';
import { sanitize, sanitizeLine } from './sanitize.js';

const SPEAKERS: Record<string, string> = { user: 'you', assistant: 'assistant', tool: 'tool' };

/** Messages as lines that are safe on a terminal: who, then what. */
export function transcriptLines(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => {
    const speaker = SPEAKERS[message.role] ?? sanitizeLine(message.role, 20);
    const said = message.text === '' ? [] : sanitize(message.text).split('\n');
    const [first, ...others] = [...said, ...message.toolCalls.map(callText)];
    return [`${speaker}: ${first ?? ''}`, ...others.map((line) => `  ${line}`)];
  });
}

function callText({ name, arguments: args }: ToolCall): string {
  return `calls ${sanitizeLine(name)}(${sanitizeLine(args, 500)})`;
}

export type TranscriptFormat = 'md' | 'json' | 'txt';

/** A conversation as a file: Markdown, JSON (as the messages are) or plain text. */
export function transcript(
  { id, name, messages }: { id: string; name: string; messages: readonly Message[] },
  format: TranscriptFormat,
): string {
  if (format === 'json')
    return `${JSON.stringify({ conversation_id: id, name, messages }, null, 2)}\n`;
  const title = name === '' ? `Conversation ${id}` : name;
  const heading = format === 'md' ? `# ${title}\n\n${id}\n` : `${title}\n${id}\n`;
  return [heading, ...messages.map((message) => entry(message, format))].join('\n');
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
