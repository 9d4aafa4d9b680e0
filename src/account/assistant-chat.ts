import type { Client } from '../api/client.js';
import { firstWords } from '../conversations/metadata.js';
import type { Context } from '../process/context.js';
import type { Settings } from '../settings/settings.js';
import { openLastConversation, type LastConversation } from '../store/last-conversation.js';
import { storePaths } from '../store/paths.js';
import type { Guard } from '../store/private-files.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';
import type { TurnMemory } from '../turn/turn-memory.js';
import { takeTurn } from '../turn/turn.js';

/** Turns with one assistant, and the conversation last used with it. */
export interface AssistantChat {
  assistantId: string;
  /** Undefined when nothing may be remembered. */
  last: LastConversation | undefined;
  /** One turn with this assistant; its conversation becomes the last one. */
  takeTurn(
    input: Omit<TurnRequest, 'assistantId'>,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyEvent>;
}

interface AssistantChatOptions {
  settings: Settings;
  client: Client;
  context: Context;
  memory: TurnMemory;
  guard: Guard;
  /** Told why a conversation could not be remembered. */
  onUnsaved: (error: unknown) => void;
}

export function assistantChat(
  assistantId: string,
  { settings, client, context, memory, guard, onUnsaved }: AssistantChatOptions,
): AssistantChat {
  const { randomId } = context;
  const place = { profile: settings.profile.value, assistantId, randomId, guard };
  const last = settings.persist.value
    ? openLastConversation(() => storePaths(context).state, place)
    : undefined;
  const timeoutMs = settings.timeoutMs.value;
  return {
    assistantId,
    last,
    takeTurn(input, signal) {
      const stream = input.stream && settings.stream.value;
      const title = input.title ?? (settings.names.value ? firstWords(input.text) : undefined);
      const request = { ...input, stream, assistantId, title };
      const turn = takeTurn(client, request, { signal, timeoutMs, memory });
      return remembering(turn, last, onUnsaved);
    },
  };
}

/**
 * Passes a turn's events on and saves its conversation as the last one, once it is known to exist and
 * the request is out: the disk would only make the reply wait.
 */
async function* remembering(
  events: AsyncGenerator<ReplyEvent>,
  last: LastConversation | undefined,
  onUnsaved: (error: unknown) => void,
): AsyncGenerator<ReplyEvent> {
  let id = '';
  let saved: Promise<void> | undefined;
  const save = (): Promise<void> =>
    nextTick()
      .then(() => last?.write(id))
      .catch(onUnsaved);
  try {
    for await (const event of events) {
      yield event;
      if (event.type === 'start') id = event.conversationId;
      const exists = event.type === 'start' ? event.newConversation : isAnswer(event);
      if (exists) saved ??= save();
    }
  } finally {
    await saved;
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isAnswer({ type }: ReplyEvent): boolean {
  return type === 'delta' || type === 'done';
}
