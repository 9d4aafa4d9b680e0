import type { Client } from '../api/client.js';
import type { Context } from '../process/context.js';
import type { Settings } from '../settings/settings.js';
import { openLastConversation, type LastConversation } from '../store/last-conversation.js';
import { storePaths } from '../store/paths.js';
import type { Guard } from '../store/rights.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';
import type { TurnMemory } from '../turn/turn-memory.js';
import { takeTurn } from '../turn/turn.js';

/** Talking to one assistant: a turn, and the conversation that was last used with it. */
export interface Talk {
  assistantId: string;
  /** Undefined when nothing may be remembered. */
  last: LastConversation | undefined;
  /** One turn with this assistant; its conversation becomes the last one. */
  takeTurn(
    input: Omit<TurnRequest, 'assistantId'>,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyEvent>;
}

interface Means {
  settings: Settings;
  client: Client;
  context: Context;
  warn: (error: unknown) => void;
  memory: TurnMemory;
  guard: Guard;
}

export function talkTo(
  assistantId: string,
  { settings, client, context, warn, memory, guard }: Means,
): Talk {
  const profile = settings.profile.value;
  const { randomId } = context;
  const last = settings.persist.value
    ? openLastConversation(storePaths(context).state, { profile, assistantId, randomId, guard })
    : undefined;
  const timeoutMs = settings.timeoutMs.value;
  return {
    assistantId,
    last,
    takeTurn: (input, signal) =>
      remembering(
        takeTurn(client, { ...input, assistantId }, { signal, timeoutMs, memory }),
        last,
        warn,
      ),
  };
}

/**
 * Passes a turn's events on and notes its conversation, once it is known to exist and the request is
 * out: the disk would only make the reply wait.
 */
async function* remembering(
  events: AsyncGenerator<ReplyEvent>,
  last: LastConversation | undefined,
  warn: (error: unknown) => void,
): AsyncGenerator<ReplyEvent> {
  let id = '';
  let noted: Promise<void> | undefined;
  const note = (): Promise<void> =>
    new Promise<void>((resolve) => setImmediate(resolve)).then(() => last?.write(id)).catch(warn);
  try {
    for await (const event of events) {
      yield event;
      if (event.type === 'start') id = event.conversationId;
      const exists = event.type === 'start' ? event.newConversation : isAnswer(event);
      if (exists) noted ??= note();
    }
  } finally {
    await noted;
  }
}

function isAnswer({ type }: ReplyEvent): boolean {
  return type === 'delta' || type === 'done';
}
