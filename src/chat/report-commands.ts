import { AppError } from '../base/errors.js';
import type { Message } from '../conversations/conversation.js';
import { allMessages, lastTurn } from '../conversations/messages.js';
import {
  ANY_TRANSCRIPT_ENDING,
  formatByName,
  transcript,
  type TranscriptFormat,
} from '../conversations/transcript.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { callApi, currentConversation, notify, type Chat } from './chat.js';

/** The percentile for a share such as 0.95 (nearest rank); undefined without values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The tool calls among messages: name, arguments and results, safe on a terminal. */
export function traceLines(messages: readonly Message[]): string[] {
  return messages.flatMap(({ role, text, toolCalls }) => {
    if (role === 'tool') return labelled('result', text);
    return toolCalls.flatMap(({ name, arguments: args }) => labelled(`call ${name}`, args));
  });
}

function labelled(label: string, json: string): string[] {
  const [first = '', ...others] = sanitize(indented(json)).split('\n');
  return [sanitize(`${label}: ${first}`), ...others.map((line) => `  ${line}`)];
}

/** JSON with indentation; any other text as it is. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** /info */
export function showInfo(chat: Chat): void {
  const { state, ports } = chat;
  notify(
    chat,
    `assistant     ${state.assistantId}`,
    `conversation  ${state.conversationId ?? '(starts with your first message)'}`,
    ...(state.speaker === undefined ? [] : [`speaking as   ${sanitizeLine(state.speaker)}`]),
    ...timingLines(chat),
    ...failedRequest(chat),
    ...ports.settingLines(),
  );
}

/** The id of a failed request, for a question to Telnyx: the failure itself does not show it. */
function failedRequest({ state: { lastFailure } }: Chat): string[] {
  const id = lastFailure?.details.requestId;
  return id === undefined ? [] : [`last failure  request ${sanitizeLine(id)}`];
}

function timingLines({ state: { turns } }: Chat): string[] {
  const last = turns.at(-1)?.timing;
  if (!last) return [];
  const line = (label: string, first: number | undefined, total: number | undefined): string =>
    `${label.padEnd(12)}  first token ${first} ms, full reply ${total} ms`;
  const all = (share: number): [number | undefined, number | undefined] => [
    percentile(
      turns.map(({ timing }) => timing.firstTokenMs),
      share,
    ),
    percentile(
      turns.map(({ timing }) => timing.totalMs),
      share,
    ),
  ];
  return [
    line('last turn', last.firstTokenMs, last.totalMs),
    line('p50', ...all(0.5)),
    line('p95', ...all(0.95)),
  ];
}

/** /trace */
export async function showTrace(chat: Chat): Promise<void> {
  const id = currentConversation(chat);
  const messages = await callApi(chat, (api, call) => allMessages(api.listMessages(id, call)));
  const lines = traceLines(lastTurn(messages));
  notify(chat, ...(lines.length === 0 ? ['the last turn called no tools'] : lines));
}

/** /export */
export async function exportChat(chat: Chat, file: string): Promise<void> {
  const id = currentConversation(chat);
  const path = file === '' ? `conversation-${id}.md` : file;
  const format = formatForFile(path);
  const text = await callApi(chat, async (api, call) => {
    const conversation = await api.getConversation(id, call);
    const messages = await allMessages(api.listMessages(id, call));
    return transcript(conversation, messages, format);
  });
  notify(chat, `saved to ${await chat.ports.save(path, text)}`);
}

function formatForFile(path: string): TranscriptFormat {
  const format = formatByName(path);
  if (format) return format;
  throw new AppError('usage', `cannot save as ${JSON.stringify(path)}`, {
    hint: `the name must end with ${ANY_TRANSCRIPT_ENDING}`,
  });
}
