import { AppError } from '../base/errors.js';
import {
  retrying,
  type RetryOptions,
  MAX_ATTEMPTS,
  waitAfter,
  waitBefore,
  Deadline,
  type Clock,
  type Signal,
} from '../base/time.js';
import type { Conversation } from '../conversations/conversation.js';
import type { ReplyEvent, Turn, TurnPorts, TurnRequest, ReplyPart, SentTurn } from './events.js';
import { momentOf, type Moment } from './server-clock.js';
import type { TurnMemory, EarlierMessages } from './turn-memory.js';

export interface TurnOptions {
  signal: Signal;
  /** For the whole turn, waits between attempts included. */
  timeoutMs: number;
  /** One for all turns of the program. */
  memory: TurnMemory;
}

/** One turn of a conversation, which is created first when there is none yet. */
export async function* takeTurn(
  ports: TurnPorts,
  request: TurnRequest,
  { signal, timeoutMs, memory }: TurnOptions,
): AsyncGenerator<ReplyEvent> {
  const { clock } = ports;
  const stopwatch = startStopwatch(clock);
  const create = (): Promise<Conversation> => startConversation(ports, request, retry);
  const retry = { clock, signal, deadline: new Deadline(clock, timeoutMs) };
  const created = request.conversationId === undefined ? await create() : request.created;
  const conversationId = request.conversationId ?? created?.id ?? '';
  const newConversation = created !== undefined;
  if (created) memory.begin(conversationId, { ...created, isShared: created === request.created });
  yield { type: 'start', conversationId, newConversation };
  const { assistantId, text, speaker, stream, traceparent } = request;
  const sent = { assistantId, conversationId, text, speaker, stream, traceparent };
  const openedAt = momentOf(clock);
  const earlier = memory.open(conversationId, text, openedAt);
  // Without a spread, which is slow at thousands of turns a second.
  const options = { clock, signal, deadline: retry.deadline, earlier, openedAt };
  try {
    for await (const part of deliver(ports, sent, options)) {
      if (part.type === 'delta') stopwatch.token();
      if (part.type !== 'done' && part.type !== 'found') {
        yield part;
        continue;
      }
      earlier.settle('delivered', momentOf(clock));
      const [recovered, timing] = [part.type === 'found', stopwatch.read()];
      const { reply } = part;
      const turn = { conversationId, assistantId, newConversation, recovered, reply, timing };
      yield { type: 'done', turn };
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.details.delivery !== 'unknown') earlier.settle('not delivered');
    throw error.with({ conversationId });
  } finally {
    earlier.settle('unknown');
  }
}

/** Times of a turn, in whole milliseconds since it was asked for. */
function startStopwatch(clock: Clock): { token(): void; read(): Turn['timing'] } {
  const started = clock.monotonic();
  const elapsed = (): number => Math.round(clock.monotonic() - started);
  let first: number | undefined;
  return {
    token: () => void (first ??= elapsed()),
    read: () => {
      const totalMs = elapsed();
      return { firstTokenMs: first ?? totalMs, totalMs };
    },
  };
}

async function startConversation(
  ports: TurnPorts,
  { title, metadata, assistantId }: TurnRequest,
  retry: RetryOptions,
): Promise<Conversation> {
  const create = ports.conversationCreator({
    name: title,
    metadata: { ...metadata, assistant_id: assistantId },
  });
  try {
    return await retrying(create, retry);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The conversation may exist now, but the turn itself was never sent.
    throw error.but({ delivery: 'not_sent' });
  }
}

interface DeliverOptions extends RetryOptions {
  /** The messages with the same text that were sent before, as far as they are known. */
  earlier: EarlierMessages;
  /** When the turn was opened, which is when it is sent first. */
  openedAt: Moment;
}

const lateFailure = () => import('./failed-send.js');

/** For a process that runs for long: the package may be replaced before a send fails. */
export function loadFailedSend(): void {
  lateFailure().catch(() => undefined);
}

/**
 * Sends one turn so that it is delivered once.
 *
 *     send ── done ──────────────────────────────→ reply
 *      │ ├── not run (not reached, 429, 409) ────→ wait, send again
 *      │ ├── refused ────────────────────────────→ report
 *      │ └── may have run → search ── found ─────→ reply
 *      │                       ├── safe: not there, not running → wait, send again
 *      │                       └── unknown ──────→ report, never sent again
 *      └── at most three sends
 *
 * @throws AppError whose `delivery` says whether the turn was delivered.
 */
async function* deliver(
  ports: TurnPorts,
  turn: SentTurn,
  options: DeliverOptions,
): AsyncGenerator<ReplyPart, void, undefined> {
  const { signal, deadline, earlier, openedAt } = options;
  // A send that was refused was not run. Only the list says so of the others: the first of them counts.
  let doubtedSince: Moment | undefined;
  for (let attempt = 1; ; attempt++) {
    const sentAt = attempt === 1 ? openedAt : momentOf(ports.clock);
    let received = '';
    try {
      const answer = await ports.chat(turn, deadline.callOptions(signal));
      if (typeof answer === 'string') {
        yield { type: 'done', reply: answer };
        return;
      }
      for await (const event of answer) {
        if (event.type === 'delta') received += event.text;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { recover } = await lateFailure();
      const lost = { turn, error, earlier, received, sentAt: doubtedSince ?? sentAt };
      const unsent = yield* recover(ports, lost, options);
      if (!unsent) return;
      const { failure, wasSearched } = unsent;
      if (wasSearched) doubtedSince ??= sentAt;
      const waitMs = waitBefore(attempt, failure);
      if (attempt === MAX_ATTEMPTS || !deadline.hasRoomFor(waitMs)) throw failure;
      yield { type: 'retry', attempt, waitMs, error: failure };
      await waitAfter(failure, waitMs, options);
    }
  }
}
