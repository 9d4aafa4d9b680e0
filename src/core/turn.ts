import { AppError } from '../errors.js';
import type { ReplyEvent, Turn, TurnPorts } from './conversation.js';
import { callOptions, deliver } from './delivery.js';
import { retrying, type RetryOptions } from './retry.js';

export interface TurnInput {
  assistantId: string;
  /** Without one, the turn begins a new conversation. */
  conversationId?: string | undefined;
  text: string;
  speaker?: string | undefined;
  stream: boolean;
  /** For a new conversation. */
  title?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface TurnOptions {
  signal: AbortSignal;
  /** For the whole turn, waits between tries included. */
  timeoutMs: number;
}

/** One turn of a conversation, which is created first when there is none yet. */
export async function* takeTurn(
  ports: TurnPorts,
  input: TurnInput,
  { signal, timeoutMs }: TurnOptions,
): AsyncGenerator<ReplyEvent> {
  const started = ports.clock.monotonic();
  const retry = { clock: ports.clock, signal, deadline: started + timeoutMs };
  const conversationId = input.conversationId ?? (await startConversation(ports, input, retry));
  const newConversation = input.conversationId === undefined;
  yield { type: 'start', conversationId, newConversation };
  const { assistantId, text, speaker, stream } = input;
  const request = { assistantId, conversationId, text, speaker, stream };
  const elapsed = (): number => Math.round(ports.clock.monotonic() - started);
  let firstTokenMs: number | null = null;
  try {
    for await (const part of deliver(ports, request, retry)) {
      if (part.type === 'retry') yield part;
      else if (part.type === 'delta') {
        firstTokenMs ??= elapsed();
        yield part;
      } else {
        const timing = { firstTokenMs: firstTokenMs ?? elapsed(), totalMs: elapsed() };
        const turn: Turn = {
          conversationId,
          reply: part.reply,
          assistantId,
          newConversation,
          recovered: false,
          timing,
        };
        yield { type: 'done', turn };
      }
    }
  } catch (error) {
    throw error instanceof AppError ? error.with({ conversationId }) : error;
  }
}

async function startConversation(
  ports: TurnPorts,
  input: TurnInput,
  retry: RetryOptions,
): Promise<string> {
  const metadata = { ...input.metadata, assistant_id: input.assistantId };
  const create = ports.conversationCreator({ name: input.title, metadata });
  try {
    const { id } = await retrying(() => create(callOptions(retry)), retry);
    return id;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Whatever became of the conversation, the turn itself was never sent.
    const { kind, message, details, cause } = error;
    throw new AppError(kind, message, { ...details, delivery: 'not_sent', cause });
  }
}
