import { json, type Answer } from './answer.js';
import { requireAssistant } from './assistant-operations.js';
import { replyTo, type ScriptedTurn } from './assistant.js';
import { parseBody } from './body.js';
import type { Call } from './call.js';
import { requireThread } from './conversation-operations.js';
import { streamedReply } from './event-stream.js';
import type { Thread } from './records.js';
import { refuse } from './refusal.js';
import { chatBody } from './schemas.js';
import type { ConversationStore } from './store.js';

/**
 * One turn. The message is stored when it arrives and the reply when it is ready, whether or not
 * the client is still there: a turn runs on the server.
 */
export async function chat(call: Call): Promise<Answer> {
  const { content, conversation_id, name, stream } = parseBody(chatBody, call.body);
  const assistant = requireAssistant(call.id);
  const thread = requireThread(call, conversation_id);
  requireRunnable(thread, content);
  const turn = replyTo({ history: [...thread.messages], text: content, speaker: name });
  call.store.involve(thread, assistant);
  call.store.append(thread, { role: 'user', text: content });
  await call.wait();
  storeReply(call.store, thread, turn);
  return stream ? streamedReply(turn.reply, call.latencyMs) : json({ content: turn.reply });
}

function requireRunnable({ conversation }: Thread, content: string): void {
  if (String(conversation.metadata['ai_disabled']) === 'true') {
    throw refuse(400, { detail: 'AI is disabled for this conversation (ai_disabled).' });
  }
  if (content.trim() === '') throw refuse(400, { detail: 'The message is empty.' });
}

function storeReply(store: ConversationStore, thread: Thread, turn: ScriptedTurn): void {
  const { reply, toolCall } = turn;
  if (toolCall !== undefined) {
    const id = `call_${thread.messages.length}`;
    const call = { name: toolCall.name, arguments: toolCall.arguments };
    const tool_calls = [{ id, type: 'function', function: call }];
    store.append(thread, { role: 'assistant', text: null, tool_calls });
    store.append(thread, { role: 'tool', text: toolCall.result });
  }
  store.append(thread, { role: 'assistant', text: reply });
}
