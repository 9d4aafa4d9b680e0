import { AppError } from '../../base/errors.js';
import { isTransient, type RetryPolicy, Deadline, type CallOptions } from '../../base/time.js';
import type { Message } from '../../conversations/conversation.js';
import { inOrder, turnsIn } from '../../conversations/messages.js';
import { isSameText } from '../../turn/turn-memory.js';
import type { Known, ToolUse } from '../checks/check.js';
import { toolsIn } from '../recording/recording.js';
import type { TestMessage } from './ports.js';
import { patiently, type Session } from './session.js';

/** How one message was answered. */
export interface Answer {
  reply: string;
  /** The conversation is taken over: the turn was refused. */
  isSilent: boolean;
  isRecovered: boolean;
  firstWordMs: Known<number>;
  totalMs: Known<number>;
}

export interface TakeTurnOptions {
  timeoutMs: number;
  /** A check expects silence: then a refused turn is an answer, not an error. */
  expectsSilence: boolean;
}

/** Sends a message as soon as the rate limit allows it, and times the answer from then on. */
export async function takeTimedTurn(
  session: Session,
  message: TestMessage,
  { timeoutMs, expectsSilence }: TakeTurnOptions,
): Promise<Answer> {
  const { signal } = session.options;
  const take = (call: CallOptions): Promise<Answer> => answerTo(session, message, call);
  try {
    return await patiently(session, take, { signal, timeoutMs, waitFor: againAtOnce });
  } catch (error) {
    const isSilent = error instanceof AppError && error.kind === 'ai_disabled';
    if (isSilent && expectsSilence && !signal.aborted) return SILENCE;
    throw error;
  }
}

/** Limit on starts of a turn that was not run. Each start has its own attempts. */
const MAX_TAKES = 3;

/** For a turn that was not run, when the reason may be gone a moment later. */
const againAtOnce: RetryPolicy = (error, attempt) => {
  const { delivery } = error.details;
  const wasNotRun = delivery === 'refused' || delivery === 'not_sent';
  const isInTime = attempt < MAX_TAKES || error.kind === 'rate_limited';
  return wasNotRun && isInTime && isTransient(error) ? 0 : undefined;
};

async function answerTo(
  { ports, gate }: Session,
  message: TestMessage,
  call: CallOptions,
): Promise<Answer> {
  const { clock } = ports;
  let sentAt = clock.monotonic();
  let firstWordAt: number | undefined;
  for await (const event of ports.takeTurn(message, call)) {
    if (event.type === 'delta' && event.text !== '') firstWordAt ??= clock.monotonic();
    if (event.type === 'retry') {
      gate.note(event.error, event.waitMs);
      // A refused message is sent again after the wait, so its times start again.
      sentAt = clock.monotonic() + event.waitMs;
      firstWordAt = undefined;
    }
    if (event.type !== 'done') continue;
    const { reply, recovered } = event.turn;
    const now = clock.monotonic();
    const firstWordMs = elapsed(sentAt, firstWordAt ?? now);
    return {
      reply,
      isSilent: false,
      isRecovered: recovered,
      firstWordMs: recovered ? RECOVERED : { value: firstWordMs },
      totalMs: { value: elapsed(sentAt, now) },
    };
  }
  throw new AppError('bug', 'the turn ended without an answer');
}

const RECOVERED = { unknown: 'the turn was recovered: nobody knows when its first word came' };
const SILENT = { unknown: 'the assistant was silent' };

function elapsed(from: number, to: number): number {
  return Math.max(0, Math.round(to - from));
}

/** The conversation is taken over. */
const SILENCE: Answer = {
  reply: '',
  isSilent: true,
  isRecovered: false,
  firstWordMs: SILENT,
  totalMs: SILENT,
};

/** How long a reply is waited for among the messages. */
const PATIENCE_MS = 10_000;
/** Between two looks; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000];

const NO_HISTORY =
  'the assistant keeps no history (data_retention is off), so its tool calls cannot be read';

/** The tool calls of the last turn, once its reply is among the messages; one that was refused called nothing. */
export async function readTools(
  session: Session,
  turn: TestMessage,
  { reply, isSilent }: Answer,
): Promise<Known<ToolUse[]>> {
  if (isSilent) return { value: [] };
  const { clock } = session.ports;
  const deadline = new Deadline(clock, PATIENCE_MS);
  for (let count = 0; ; count++) {
    const look = await lookOnce(session, { ...turn, reply }, deadline);
    if ('value' in look) return look;
    if (count === 0 && !(await keepsHistory(session, turn.assistantId))) {
      return { unknown: NO_HISTORY };
    }
    const pauseMs = PAUSES_MS[Math.min(count, PAUSES_MS.length - 1)] ?? 0;
    if (!deadline.hasRoomFor(pauseMs)) return look;
    await clock.sleep(pauseMs, session.options.signal);
  }
}

type AnsweredMessage = TestMessage & Pick<Answer, 'reply'>;

async function lookOnce(
  { ports, options: { signal } }: Session,
  turn: AnsweredMessage,
  deadline: Deadline,
): Promise<Known<ToolUse[]>> {
  try {
    const messages = await ports.messages(turn.conversationId, deadline.callOptions(signal));
    const last = turnsIn(inOrder(messages)).at(-1) ?? [];
    if (isAnswered(last, turn)) return { value: toolsIn(last) };
    return {
      unknown: `the reply did not come up among the messages within ${PATIENCE_MS / 1_000} s`,
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return { unknown: `the messages could not be read: ${error.message}` };
  }
}

/** An assistant that cannot be read is taken to keep its history. */
async function keepsHistory(session: Session, assistantId: string): Promise<boolean> {
  try {
    return (await session.ports.getAssistant(assistantId, session.call())).dataRetention;
  } catch (error) {
    if (session.options.signal.aborted || !(error instanceof AppError)) throw error;
    return true;
  }
}

/** Whether these messages are those of the turn, its reply included. */
function isAnswered(messages: readonly Message[], { text: said, reply }: AnsweredMessage): boolean {
  const [first, ...rest] = messages;
  if (first?.role !== 'user' || !isSameText(first.text, said)) return false;
  const own = rest.filter(({ role }) => role === 'assistant');
  if (reply.trim() === '')
    return own.some(({ text, toolCalls }) => text === '' && toolCalls.length === 0);
  const texts = own.map(({ text }) => unspaced(text)).filter((text) => text !== '');
  // A reply may be all that was said around the tool calls, or only what came last.
  const whole = unspaced(reply);
  return texts.includes(whole) || texts.join('') === whole || isEnd(texts.at(-1), whole);
}

function unspaced(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, '');
}

function isEnd(last: string | undefined, whole: string): boolean {
  return last !== undefined && whole.endsWith(last);
}
