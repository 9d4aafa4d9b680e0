import { AppError } from '../../base/errors.js';
import {
  isTransient,
  retrying,
  type RetryPolicy,
  Deadline,
  type CallOptions,
  type Clock,
  type Signal,
} from '../../base/time.js';
import type { Known } from '../checks/check.js';
import type { TestPorts } from './ports.js';
import type { CaseResult, Job, TurnResult } from './results.js';

export interface RunOptions {
  /** Names the run in the metadata of its conversations. */
  runId: string;
  signal: AbortSignal;
  /** Cases at a time. */
  concurrency: number;
  /** Of a turn, unless its case says otherwise. */
  timeoutMs: number;
  /** Conversations that passed are kept too. */
  keepsAll: boolean;
  /** Tool calls are read of every turn, for `--update`. */
  readsTools: boolean;
  /** For simulated cases: another version than the main one. */
  versionId?: string | undefined;
}

/** An event of a run, for its progress. */
export type TestEvent =
  | { type: 'started'; job: Job }
  | { type: 'finished'; result: CaseResult }
  /** The API asked to wait: everybody does. */
  | { type: 'waiting'; ms: number }
  /** A conversation that passed could not be deleted. */
  | { type: 'left'; conversationId: string; reason: string };

/** The wait after a 429 that does not say how long. */
const USUAL_WAIT_MS = 1_000;
/** If the API asks for a longer wait, cases fail with its own words instead. */
const MAX_WAIT_MS = 10 * 60_000;

/** After a 429, nothing begins before the time that it asked for is over. */
class RateGate {
  readonly #clock: Clock;
  readonly #onWait: (ms: number) => void;
  #opensAt = -Infinity;
  #reason: AppError | undefined;

  constructor(clock: Clock, onWait: (ms: number) => void) {
    this.#clock = clock;
    this.#onWait = onWait;
  }

  /** Closes the gate after a 429; other failures change nothing. */
  note(error: AppError, waitMs = error.details.retryAfterMs ?? USUAL_WAIT_MS): void {
    if (error.kind !== 'rate_limited') return;
    const opensAt = this.#clock.monotonic() + waitMs;
    if (opensAt <= this.#opensAt) return;
    this.#opensAt = opensAt;
    this.#reason = error;
    this.#onWait(waitMs);
  }

  /** Throws the 429 when it asks for more than ten minutes. */
  async pass(signal: Signal): Promise<void> {
    for (;;) {
      const ms = this.#opensAt - this.#clock.monotonic();
      if (ms <= 0) return;
      if (ms > MAX_WAIT_MS && this.#reason) throw this.#reason;
      await this.#clock.sleep(ms, signal);
    }
  }
}

/** Bound on a call that is no turn. */
const CALL_MS = 15_000;
/** Pauses before a call is repeated, in milliseconds: they double. */
const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [100, 2_000];
/** Bound on deleting after an interrupt: the program ends within a second. */
const GRACE_MS = 800;

/** Shared by all cases of a run. */
export interface Session {
  ports: TestPorts;
  options: RunOptions;
  onEvent: (event: TestEvent) => void;
  gate: RateGate;
  /** For a call that belongs to a case. */
  call: () => CallOptions;
  /** For deleting what passed: it goes on for a moment after an interrupt. */
  cleanUpCall: () => CallOptions;
  /** Conversations that are being deleted beside the cases that follow. */
  deletions: Promise<void>[];
  /** Nothing is under way any more. */
  end: () => void;
}

/** A run of a case that is under way. */
export interface RunInProgress {
  session: Session;
  job: Job;
  assistantId: string;
  /** Undefined until it is known. */
  conversationId: string | undefined;
  turns: TurnResult[];
}

export type SessionSetup = Pick<Session, 'ports' | 'options' | 'onEvent'>;

export function openSession(setup: SessionSetup): Session {
  const { ports, options, onEvent } = setup;
  const grace = new AbortController();
  const ended = new AbortController();
  const stopSoon = (): void => {
    const stop = (): void => grace.abort(new AppError('interrupted', 'interrupted'));
    ports.clock.sleep(GRACE_MS, ended.signal).then(stop, () => undefined);
  };
  if (options.signal.aborted) stopSoon();
  else options.signal.addEventListener('abort', stopSoon, { once: true });
  return {
    ...setup,
    gate: new RateGate(ports.clock, (ms) => onEvent({ type: 'waiting', ms })),
    call: () => ({ signal: options.signal, timeoutMs: CALL_MS }),
    cleanUpCall: () => ({ signal: grace.signal, timeoutMs: CALL_MS }),
    deletions: [],
    end: () => {
      options.signal.removeEventListener('abort', stopSoon);
      ended.abort();
    },
  };
}

interface PatientOptions extends CallOptions {
  waitFor?: RetryPolicy;
}

/** For a call that may be repeated without harm until its time is over. */
const repeated: RetryPolicy = (error, attempt) =>
  isTransient(error)
    ? (error.details.retryAfterMs ?? Math.min(MIN_PAUSE_MS * 2 ** (attempt - 1), MAX_PAUSE_MS))
    : undefined;

/** Repeats a call as its policy says. A 429 makes all cases wait; the time of the call begins when it may be made. */
export async function patiently<T>(
  session: Session,
  call: (options: CallOptions) => Promise<T>,
  { signal, timeoutMs, waitFor = repeated }: PatientOptions = session.call(),
): Promise<T> {
  const { gate, ports } = session;
  const { clock } = ports;
  const ready = (): Promise<void> => gate.pass(signal);
  await ready();
  const deadline = new Deadline(clock, timeoutMs);
  const options = { clock, signal, deadline, ready, maxAttempts: Infinity };
  return retrying(call, options, (error, attempt) => {
    gate.note(error);
    return waitFor(error, attempt);
  });
}

/** The result of reading from a conversation, or the reason why it cannot be read. */
export async function readKnown<T>(
  session: Session,
  read: (call: CallOptions) => Promise<Known<T>>,
): Promise<Known<T>> {
  try {
    return await patiently(session, read);
  } catch (error) {
    if (session.options.signal.aborted || !(error instanceof AppError)) throw error;
    return { unknown: `the conversation could not be read: ${error.message}` };
  }
}

export function metadataOf(
  session: Session,
  conversationId: string,
): Promise<Known<Record<string, string>>> {
  return readKnown(session, async (call) => {
    const { metadata } = await session.ports.getConversation(conversationId, call);
    return { value: metadata };
  });
}
