import { AppError } from '../../errors.js';
import { percentile } from '../latency.js';
import { allMessages, lastTurn } from '../messages.js';
import { sanitizeLine } from '../sanitize.js';
import { formatByName, transcript, type TranscriptFormat } from '../transcript.js';
import { asking, currentConversation, tell, type Chat } from './chat.js';
import { traceLines } from './trace-lines.js';

/** /info */
export function info(chat: Chat): void {
  const { state, ports } = chat;
  tell(
    chat,
    `assistant     ${state.assistantId}`,
    `conversation  ${state.conversationId ?? '(begins with your first message)'}`,
    ...(state.speaker === undefined ? [] : [`speaking as   ${sanitizeLine(state.speaker)}`]),
    ...timingLines(chat),
    ...ports.settingLines(),
  );
}

function timingLines({ state: { turns } }: Chat): string[] {
  const last = turns.at(-1)?.timing;
  if (!last) return [];
  const line = (label: string, first: number | undefined, total: number | undefined): string =>
    `${label.padEnd(12)}  first token ${first} ms, whole reply ${total} ms`;
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
export async function trace(chat: Chat): Promise<void> {
  const id = currentConversation(chat);
  const messages = await asking(chat, (api, call) => allMessages(api.listMessages(id, call)));
  const lines = traceLines(lastTurn(messages));
  tell(chat, ...(lines.length === 0 ? ['the last turn called no tools'] : lines));
}

/** /export */
export async function exportConversation(chat: Chat, file: string): Promise<void> {
  const id = currentConversation(chat);
  const path = file === '' ? `conversation-${id}.md` : file;
  const format = formatOf(path);
  const text = await asking(chat, async (api, call) => {
    const conversation = await api.getConversation(id, call);
    const messages = await allMessages(api.listMessages(id, call));
    return transcript(conversation, messages, format);
  });
  tell(chat, `saved to ${await chat.ports.dialogs.save(path, text)}`);
}

function formatOf(path: string): TranscriptFormat {
  const format = formatByName(path);
  if (format) return format;
  throw new AppError('usage', `cannot save as ${JSON.stringify(path)}`, {
    hint: 'the name ends with .md, .json or .txt',
  });
}
