import { AppError } from '../base/errors.js';
import { readAgain, type RetryOptions } from '../base/retry.js';
import type { CallOptions } from '../base/time.js';
import type { Assistant, History } from '../conversations/conversation.js';
import { instant } from '../conversations/messages.js';
import type { TurnPorts, TurnRequest } from './events.js';
import type { Finding } from './find-reply.js';
import { madeAt, findTurn, type Sought } from './find-turn.js';
import { momentOf, type Moment, type ServerClock } from './server-clock.js';
import type { Earlier } from './turn-memory.js';
import { mayStillRun } from './verdict.js';

/** Whether a list that does not show a turn proves that it was not run. */
export type Trust = 'full' | 'not yet' | 'never';

/**
 * Judges lists of one conversation: they prove something when the assistant keeps history, and nothing
 * was said since the newest listed message. The assistant is asked until it has answered once.
 */
export function trustFor(
  ports: TurnPorts,
  { assistantId, conversationId }: TurnRequest,
): (history: History, call: CallOptions) => Promise<Trust> {
  const { clock } = ports;
  let assistant: Assistant | undefined;
  const askAssistant = async (call: CallOptions): Promise<Assistant> =>
    (assistant ??= await readAgain((each) => ports.getAssistant(assistantId, each), {
      call,
      clock,
    }));
  return async ({ messages }, call) => {
    try {
      const [{ dataRetention }, conversation] = await Promise.all([
        askAssistant(call),
        readAgain((each) => ports.getConversation(conversationId, each), { call, clock }),
      ]);
      if (!dataRetention) return 'never';
      const times = messages.flatMap((each) => [madeAt(each), instant(each.sentAt)]);
      const listedUntil = Math.max(instant(conversation.createdAt), ...times);
      return instant(conversation.lastMessageAt) > listedUntil ? 'not yet' : 'full';
    } catch (error) {
      if (call.signal.aborted || !(error instanceof AppError)) throw error;
      return 'not yet';
    }
  };
}

/** Waits between looks, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** How long a turn is looked for that the list does not show, or not clearly. */
const PATIENCE_MS = 30_000;
/** The moment after which one that is not running is believed not to be there. */
const DOUBT_MS = 1_500;
/** What a search may take in any case, whatever is left of the turn's own time. */
const GRACE_MS = 8_000;
/** Bound on one look. */
const LOOK_MS = 10_000;
/** With less time there is no other look; the pause before it takes a part of what is left. */
const LAST_LOOK_MS = 100;
const LAST_PAUSE_SHARE = 0.75;

export interface Search {
  request: TurnRequest;
  /** Why the turn's fate is unknown. */
  failure: AppError;
  earlier: Earlier;
  received: string;
  /** When the first send went out of which only a list can say that it was not run. */
  sentAt: Moment;
}

/** `safe`: the turn is not there and not running, so that it may be sent again. */
export type SearchResult =
  { type: 'found'; reply: string } | { type: 'safe' } | { type: 'unknown' };

/** What one look shows; `unreadable` shows nothing, `closed` never will. */
type Look = (Finding & { history: History }) | { type: 'unreadable' | 'closed' };

/** Looks for a turn in its conversation until its fate is known or time is up. */
export async function search(
  ports: TurnPorts,
  sought: Search,
  { clock, signal, deadline }: RetryOptions,
): Promise<SearchResult> {
  const started = clock.monotonic();
  const end = Math.max(deadline, started + GRACE_MS);
  const believedFrom = started + DOUBT_MS;
  const call = (): CallOptions => {
    return { signal, timeoutMs: Math.max(1, Math.min(LOOK_MS, end - clock.monotonic())) };
  };
  const trustIn = trustFor(ports, sought.request);
  let history: History | undefined;
  for (let count = 0; ; count++) {
    const look = await lookOnce(ports, sought, call());
    if (look.type === 'answered') return { type: 'found', reply: look.reply };
    if ('history' in look) ({ history } = look);
    if (look.type === 'closed') return { type: 'unknown' };
    const isOver = count > 0 && clock.monotonic() >= believedFrom && !mayStillRun(sought.failure);
    if (look.type === 'absent' && (isOver || count === 0)) {
      const trust = await trustIn(look.history, call());
      if (trust === 'never') return { type: 'unknown' };
      if (trust === 'full' && isOver) return { type: 'safe' };
    }
    const usual = PAUSES_MS[Math.min(count, PAUSES_MS.length - 1)] ?? 0;
    const halving = isPuzzling(look) ? ports.serverClock.halvingPause(momentOf(clock)) : undefined;
    const until = look.type === 'unanswered' ? end : Math.min(end, started + PATIENCE_MS);
    const left = until - clock.monotonic();
    if (left < LAST_LOOK_MS) return lastWord(history, sought, ports.serverClock);
    const isHalving = halving !== undefined && halving < left - LAST_LOOK_MS;
    await clock.sleep(isHalving ? halving : Math.min(usual, left * LAST_PAUSE_SHARE), signal);
  }
}

/** Whether knowing the server's time better may help, as far as the look tells. */
function isPuzzling({ type }: Look): boolean {
  return type === 'unclear' || type === 'unreadable';
}

/** One look. A list that cannot be read tells nothing; one that we may not read never will. */
async function lookOnce(ports: TurnPorts, search: Search, call: CallOptions): Promise<Look> {
  try {
    const history = await ports.history(search.request.conversationId, call);
    return { ...findTurn(history, soughtOf(search, ports.serverClock)), history };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    return { type: error.kind === 'auth' ? 'closed' : 'unreadable' };
  }
}

/** With moments by the server's clock, as far as it is known by now. */
function soughtOf({ request, earlier, received, sentAt }: Search, clock: ServerClock): Sought {
  const said = earlier.said && {
    from: clock.windowAt(earlier.said.from),
    until: clock.windowAt(earlier.said.until),
  };
  return { text: request.text, earlier, said, received, sent: clock.windowAt(sentAt) };
}

/** Time is up: what is known of the server's clock has to do, when it is fairly well. */
function lastWord(history: History | undefined, search: Search, clock: ServerClock): SearchResult {
  const sought = soughtOf(search, clock);
  const sent = { ...sought.sent, isSharp: sought.sent.isFair };
  const finding = history && findTurn(history, { ...sought, sent });
  const isFound = finding?.type === 'answered';
  return isFound ? { type: 'found', reply: finding.reply } : { type: 'unknown' };
}
