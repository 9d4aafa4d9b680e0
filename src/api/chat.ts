import type { CallOptions } from '../base/time.js';
import type { ChatEvent, SentTurn } from '../turn/events.js';
import { readJson } from './answer.js';
import type { Caller } from './caller.js';
import { segment } from './path.js';
import { readReply } from './reply-stream.js';
import { parse } from './wire.js';

/** Between two pieces of a stream, in milliseconds. */
const SILENCE_MS = 30_000;

const STREAM_HEADERS = { accept: 'text/event-stream, application/json' };

/** One request for a turn. */
export async function* chat(
  caller: Caller,
  request: SentTurn,
  call: CallOptions,
): AsyncGenerator<ChatEvent> {
  const { assistantId, conversationId, text, speaker, stream } = request;
  const body = {
    content: text,
    conversation_id: conversationId,
    name: speaker,
    stream: stream || undefined,
  };
  const response = await caller.open({
    signal: call.signal,
    timeoutMs: call.timeoutMs,
    method: 'POST',
    path: `/ai/assistants/${segment(assistantId)}/chat`,
    headers: stream ? STREAM_HEADERS : undefined,
    silenceMs: stream ? SILENCE_MS : undefined,
    body: JSON.stringify(body),
  });
  // Whatever was asked for, the answer's own type says what it is.
  const isStream = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
  try {
    if (isStream) yield* readReply(response.body);
    else yield { type: 'done', reply: await readJson(response, parse.reply) };
  } catch (error) {
    throw caller.clean(error);
  }
}
