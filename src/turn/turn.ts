import { AppError } from '../base/errors.js';
import { retrying, type RetryOptions } from '../base/retry.js';
import type { Clock } from '../base/time.js';
import { callOptions, deliver } from './deliver.js';
import type { ReplyEvent, Turn, TurnPorts } from './events.js';
import { momentOf } from './server-clock.js';
import type { TurnMemory } from './turn-memory.js';

export interface TurnInput {
  assistantId: string;
  /** Without one, the turn begins a new conversation. */
  conversationId?: string | undefined;
  text: string;
  speaker?: string | undefined;
  stream: boolean;
  /** The conversation was made for this turn: it is new, though others may have got it too. */
  isBegun?: boolean | undefined;
  /** For a new conversation. */
  title?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface TurnOptions {
  signal: AbortSignal;
  /** For the whole turn, waits between tries included. */
  timeoutMs: number;
  /** Of the conversations that the program began: one for all turns. */
  memory: TurnMemory;
}

/** One turn of a conversation, which is created first when there is none yet. */
export async function* takeTurn(
  ports: TurnPorts,
  input: TurnInput,
  { signal, timeoutMs, memory }: TurnOptions,
): AsyncGenerator<ReplyEvent> {
  const started = ports.clock.monotonic();
  const retry = { clock: ports.clock, signal, deadline: started + timeoutMs };
  const conversationId = input.conversationId ?? (await startConversation(ports, input, retry));
  const isOurs = input.conversationId === undefined;
  const newConversation = isOurs || input.isBegun === true;
  if (isOurs) memory.begin(conversationId);
  yield { type: 'start', conversationId, newConversation };
  const { assistantId, text, speaker, stream } = input;
  const request = { assistantId, conversationId, text, speaker, stream };
  const earlier = memory.open(conversationId, text, momentOf(ports.clock));
  const watch = stopwatch(ports.clock, started);
  try {
    for await (const part of deliver(ports, request, Object.assign(retry, { earlier }))) {
      if (part.type === 'delta') watch.token();
      if (part.type !== 'done' && part.type !== 'found') {
        yield part;
        continue;
      }
      earlier.settle('said', momentOf(ports.clock));
      const recovered = part.type === 'found';
      const { reply } = part;
      const timing = watch.read();
      const turn = { conversationId, assistantId, newConversation, recovered, reply, timing };
      yield { type: 'done', turn };
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fate = error.details.delivery === 'unknown' ? 'perhaps' : 'not said';
    earlier.settle(fate, momentOf(ports.clock));
    throw error.with({ conversationId });
  } finally {
    earlier.settle('perhaps', momentOf(ports.clock));
  }
}

/** Times of a turn, in whole milliseconds since it was asked for. */
function stopwatch(clock: Clock, started: number): { token(): void; read(): Turn['timing'] } {
  const elapsed = (): number => Math.round(clock.monotonic() - started);
  let first: number | undefined;
  return {
    token: () => void (first ??= elapsed()),
    read: () => ({ firstTokenMs: first ?? elapsed(), totalMs: elapsed() }),
  };
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
