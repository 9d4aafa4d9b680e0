import * as v from 'valibot';
import {
  json,
  refuse,
  type Answer,
  type Call,
  type StreamAnswer,
  type StreamEvent,
} from '../call.js';
import { replyIn, type ScriptedTurn } from '../scripted-assistant.js';
import {
  ASSISTANTS,
  findAssistant,
  type Assistant,
  type SandboxStore,
  type Thread,
} from '../store.js';
import { requireThread } from './conversations.js';
import { parseBody } from './parse-request.js';

export function listAssistants(call: Call): Answer {
  return json({ data: ASSISTANTS.map((each) => shown(each, call)) });
}

export function getAssistant(call: Call): Answer {
  return json(shown(requireAssistant(call), call));
}

/** The only tool of the scripted assistants. They make up what it answers: its server does not exist. */
const WEATHER_TOOL = {
  type: 'webhook',
  webhook: {
    name: 'get_weather',
    description: 'The weather of a city, made up by the sandbox.',
    method: 'GET',
    url: 'https://sandbox.invalid/weather',
    query_parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
};

function shown(assistant: Assistant, { isRetentionOff }: Call): object {
  const privacy = isRetentionOff ? { privacy_settings: { data_retention: false } } : {};
  return { ...assistant, tools: [WEATHER_TOOL], ...privacy };
}

/** The assistant in the path, or a Refusal. */
export function requireAssistant({ id }: Call): Assistant {
  const assistant = findAssistant(id);
  if (assistant === undefined) throw refuse(404, { detail: `There is no assistant ${id}.` });
  return assistant;
}

const chatBody = v.object({
  content: v.string(),
  conversation_id: v.string(),
  name: v.optional(v.string()),
  stream: v.optional(v.boolean(), false),
});

export type ChatBody = v.InferOutput<typeof chatBody>;

export function parseChatBody(body: Buffer): ChatBody {
  return parseBody(chatBody, body);
}

/**
 * One turn. The message is stored when it arrives and the reply when it is ready, even if the client
 * is gone by then.
 */
export async function chat(call: Call): Promise<Answer> {
  const { content, conversation_id, name, stream } = parseChatBody(call.body);
  const { store, latencyMs } = call;
  const assistant = requireAssistant(call);
  const thread = requireThread(store, conversation_id);
  requireRunnable(thread, content);
  if (call.needsRetention) requireRetention(assistant);
  const reply = await takeTurn(call, { assistant, thread, content, speaker: name });
  return stream ? streamedReply(reply, latencyMs) : json({ content: reply });
}

interface NewTurn {
  assistant: Assistant;
  thread: Thread;
  content: string;
  speaker?: string | undefined;
}

/** Stores the message, waits for the reply, and stores and returns it. */
export async function takeTurn(
  call: Call,
  { assistant, thread, content, speaker }: NewTurn,
): Promise<string> {
  const { store } = call;
  const { messages, conversation } = thread;
  const title = conversation.name;
  const turn = call.script({ history: [...messages], text: content, speaker, title });
  store.involve(thread, assistant);
  store.append(thread, { role: 'user', text: content });
  await call.waitForReply();
  storeReply(store, thread, turn);
  return replyIn(turn);
}

function requireRunnable({ conversation }: Thread, content: string): void {
  if (String(conversation.metadata['ai_disabled']) === 'true') {
    throw refuse(400, { detail: 'AI is disabled for this conversation (ai_disabled).' });
  }
  if (content.trim() === '') throw refuse(400, { detail: 'The message is empty.' });
}

function requireRetention({ privacy_settings }: Assistant): void {
  if (privacy_settings.data_retention) return;
  throw refuse(400, { detail: 'The assistant stores no conversations.' });
}

/** Text before a call is part of the call's message. */
function storeReply(store: SandboxStore, thread: Thread, turn: ScriptedTurn): void {
  let said: string[] = [];
  for (const step of turn) {
    if (step.type === 'reply') {
      said.push(step.text);
      continue;
    }
    const { result, ...call } = step.call;
    const id = `call_${thread.messages.length}`;
    const tool_calls = [{ id, type: 'function', function: call }];
    const text = said.length === 0 ? null : said.join('\n');
    store.append(thread, { role: 'assistant', text, tool_calls });
    if (result !== undefined) store.append(thread, { role: 'tool', text: result });
    said = [];
  }
  store.append(thread, { role: 'assistant', text: said.join('\n') });
}

/** The reply as `delta` events of about a word each, then `done` with the complete text. */
function streamedReply(reply: string, spreadMs: number): StreamAnswer {
  const deltas = splitReply(reply).map((content): StreamEvent => {
    return { event: 'delta', data: { content } };
  });
  const done: StreamEvent = { event: 'done', data: { content: reply, whatsapp_template: null } };
  return { type: 'stream', events: [...deltas, done], spreadMs };
}

/** Splits a text into pieces of about a word. Words of more than 24 characters are cut. */
export function splitReply(reply: string): string[] {
  return reply.match(/\s*\S{1,24}|\s+/gu) ?? [];
}
