import { AppError } from '../../errors.js';
import type { CallOptions, TurnPorts, TurnRequest } from '../conversation.js';
import { inOrder, timeOf } from '../messages.js';
import { findTurn, type Finding, type Sought } from './find-turn.js';
import { mayStillRun } from './verdict.js';
import type { RetryOptions } from './retry.js';

/** Waits between looks, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** How long a turn that may still be running is looked for when the list does not show it. */
const PATIENCE_MS = 30_000;
/** How long one that is not running is looked for: what was stored may be listed a little late. */
const DOUBT_MS = 2_000;
/** What a search may take when the turn's own time is up. */
const GRACE_MS = 5_000;
/** Bound on one look. */
const LOOK_MS = 10_000;

export interface Search {
  request: TurnRequest;
  /** Why the turn's fate is unknown. */
  failure: AppError;
  before: number | undefined;
  received: string;
  /** Reading of the monotonic clock when the turn was first sent. */
  sentAt: number;
}

/** `safe`: the turn is not there and not running, so that it may be sent again. */
export type SearchResult =
  { type: 'found'; reply: string } | { type: 'safe' } | { type: 'unknown' };

/** Looks for a turn in its conversation until its fate is known or time is up. */
export async function search(
  ports: TurnPorts,
  sought: Search,
  retry: RetryOptions,
): Promise<SearchResult> {
  const { clock, signal, deadline } = retry;
  const started = clock.monotonic();
  const end = Math.max(deadline, started + Math.min(GRACE_MS, deadline - sought.sentAt));
  const absentUntil = Math.min(
    end,
    started + (mayStillRun(sought.failure) ? PATIENCE_MS : DOUBT_MS),
  );
  for (let look = 0; ; look++) {
    const finding = await findNow(ports, sought, options(retry, end));
    if (finding.type === 'answered') return { type: 'found', reply: finding.reply };
    const isAbsent = finding.type !== 'unanswered';
    const pause = PAUSES_MS[Math.min(look, PAUSES_MS.length - 1)] ?? 0;
    if (clock.monotonic() + pause >= (isAbsent ? absentUntil : end)) {
      const isSafe = finding.type === 'absent' && !mayStillRun(sought.failure) && look > 0;
      return {
        type: isSafe && (await isTrusted(ports, sought, options(retry, end))) ? 'safe' : 'unknown',
      };
    }
    await clock.sleep(pause, signal);
  }
}

function options({ clock, signal }: RetryOptions, end: number): CallOptions {
  return { signal, timeoutMs: Math.max(1, Math.min(LOOK_MS, end - clock.monotonic())) };
}

/** One look; a list that cannot be read tells nothing. */
async function findNow(
  ports: TurnPorts,
  { request, before, received, sentAt }: Search,
  call: CallOptions,
): Promise<Finding> {
  try {
    const list = await ports.history(request.conversationId, call);
    const sinceSent = ports.clock.monotonic() - sentAt;
    const sought: Sought = { text: request.text, before, received, sinceSent };
    const finding = findTurn(list, sought);
    return finding.type === 'absent' && !list.isWhole ? { type: 'ambiguous' } : finding;
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    return { type: 'ambiguous' };
  }
}

/**
 * Whether a list that does not show the turn proves that it was not run: the assistant keeps history,
 * all that is known to have been said is listed, and nothing was said since the newest listed message.
 */
async function isTrusted(
  ports: TurnPorts,
  { request, before = 0 }: Search,
  call: CallOptions,
): Promise<boolean> {
  try {
    const [assistant, conversation, list] = await Promise.all([
      ports.getAssistant(request.assistantId, call),
      ports.getConversation(request.conversationId, call),
      ports.history(request.conversationId, call),
    ]);
    const newest = inOrder(list.messages).at(-1);
    const listedUntil = newest ? timeOf(newest) : Date.parse(conversation.createdAt);
    const saidUntil = Date.parse(conversation.lastMessageAt);
    const same = list.messages.filter(({ role, text }) => role === 'user' && text === request.text);
    return (
      assistant.dataRetention &&
      list.isWhole &&
      same.length === before &&
      !(saidUntil > listedUntil)
    );
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    return false;
  }
}
