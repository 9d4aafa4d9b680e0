import { AppError } from '../base/errors.js';
import { percentile } from '../base/time.js';
import { sanitizeLine, sanitize } from '../base/text/sanitize.js';
import { parseJson } from '../base/text/well-formed.js';
import type { Message } from '../conversations/conversation.js';
import { insightBlock } from '../conversations/details.js';
import { turnsIn } from '../conversations/messages.js';
import {
  ANY_TRANSCRIPT_ENDING,
  formatByName,
  transcript,
  type TranscriptFormat,
} from '../conversations/transcript.js';
import {
  askApi,
  askMessages,
  callApi,
  currentConversation,
  notify,
  notifyAsIs,
  waitForApi,
  type Chat,
} from './chat.js';
import { noticeTakeover } from './control-commands.js';

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
  const firsts = turns.map(({ timing }) => timing.firstTokenMs);
  const totals = turns.map(({ timing }) => timing.totalMs);
  return [
    line('last turn', last.firstTokenMs, last.totalMs),
    line('p50', percentile(firsts, 0.5), percentile(totals, 0.5)),
    line('p95', percentile(firsts, 0.95), percentile(totals, 0.95)),
  ];
}

/** /export */
export async function exportChat(chat: Chat, argument: string): Promise<void> {
  const id = currentConversation(chat);
  // An id is whatever the API says.
  const path =
    fileIn(argument, '/export', '.md') || `conversation-${id.replace(/[^\w.-]/g, '_')}.md`;
  const format = formatForFile(path);
  const text = await waitForApi(chat, async (signal) => {
    const conversation = await askApi(chat, signal, (api, call) => api.getConversation(id, call));
    noticeTakeover(chat, conversation);
    const messages = await askMessages(chat, signal, id);
    return transcript(conversation, messages, await chat.ports.openTranscript(format));
  });
  notify(chat, `saved to ${await chat.ports.save(path, text)}`);
}

/** The name of a file, without the quotes that a shell would take off. */
export function fileIn(argument: string, command: string, ending: string): string {
  const [, quote = '', file = ''] = /^(["']?)(.*)$/s.exec(argument.trim()) ?? [];
  if (quote === '') return file;
  if (file.endsWith(quote)) return file.slice(0, -1);
  throw new AppError('usage', `the quote before ${JSON.stringify(file)} has no end`, {
    hint: `${command} ${quote}my notes${ending}${quote}`,
  });
}

function formatForFile(path: string): TranscriptFormat {
  const format = formatByName(path);
  if (format) return format;
  throw new AppError('usage', `cannot save as ${JSON.stringify(path)}`, {
    hint: `the name must end with ${ANY_TRANSCRIPT_ENDING}`,
  });
}

/** /insights */
export async function showInsights(chat: Chat): Promise<void> {
  const id = currentConversation(chat);
  const made = await callApi(chat, (api, call) => api.listInsights(id, call));
  const lines = made.map(insightBlock).flatMap(({ heading, lines }) => [heading, ...lines]);
  notify(chat, ...(lines.length === 0 ? ['there are no insights yet'] : lines));
}

/** /trace */
export async function showTrace(chat: Chat, argument: string): Promise<void> {
  const back = argument === '' ? 1 : Number(argument);
  if (!Number.isInteger(back) || back < 1) {
    throw new AppError('usage', `bad number ${JSON.stringify(argument)}`, {
      hint: '/trace 2 shows the tool calls of the last turn but one',
    });
  }
  const id = currentConversation(chat);
  const messages = await waitForApi(chat, (signal) => askMessages(chat, signal, id));
  const turns = turnsIn(messages);
  const turn = turns.at(-back);
  if (!turn && back > 1) {
    const count = `${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}`;
    throw new AppError('usage', `the conversation has only ${count}`);
  }
  const lines = traceLines(turn ?? []);
  const which = back === 1 ? 'the last turn' : 'that turn';
  if (lines.length === 0) notify(chat, `${which} called no tools`);
  else notifyAsIs(chat, ...lines);
}

/** The tool calls among messages: name, arguments and results, safe on a terminal. */
function traceLines(messages: readonly Message[]): string[] {
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
    return JSON.stringify(parseJson(json), null, 2);
  } catch {
    return json;
  }
}
