import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { AppError } from '../base/errors.js';
import type { RelayState } from './state.js';

/** Turns that run have this long to end, in milliseconds. */
const DRAIN_MS = 30_000;
/** Time to answer the callers of turns that were stopped. */
const FINAL_ANSWERS_MS = 1_000;
const CHECK_MS = 50;
/** A proxy may be sending on a connection that looks idle here, so idle ones are kept for this long. */
const IDLE_MS = 250;

/**
 * Ends the server without refusing anyone: `/ready` says 503, and what still arrives is served, each on the last
 * request of its connection. New connections are accepted for `drainDelayMs`. Then turns have 30 seconds.
 */
export async function drain(server: Server, state: RelayState): Promise<void> {
  const { clock, log, running, drainDelayMs } = state;
  const startedAt = clock.monotonic();
  state.isDraining = true;
  state.lastAnswerAt = startedAt;
  log.info({ running: running.length, delay_s: drainDelayMs / 1000 }, 'draining');
  if (drainDelayMs > 0) {
    giveUpConnections(state);
    await clock.sleep(drainDelayMs);
  }
  await finish(server, state);
  log.info({ ms: Math.round(clock.monotonic() - startedAt) }, 'drained');
}

/** Responses without a head yet tell their callers to use another connection, and so do all that follow. */
function giveUpConnections(state: RelayState): void {
  state.keepsConnections = false;
  for (const { call } of state.running) call.response.shouldKeepAlive = false;
}

async function finish(server: Server, state: RelayState): Promise<void> {
  // Only then: whoever is told to open another connection must not find one here that nobody accepts.
  const closed = stopListening(server, state.clock, () => giveUpConnections(state));
  const ended = turnsEnded(state);
  const stop = setTimeout(() => {
    state.isEnding = true;
    const reason = new AppError('terminated', 'the relay is ending');
    for (const turn of state.running) turn.stop.abort(reason);
  }, DRAIN_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS + FINAL_ANSWERS_MS);
  // A response whose head was sent before has promised to keep its connection open.
  const check = setInterval(() => closeIdle(server, state), CHECK_MS);
  await Promise.all([closed, ended]);
  clearTimeout(stop);
  clearTimeout(cut);
  clearInterval(check);
}

/** A round of the event loop is short when it takes no longer, in milliseconds. */
const SHORT_MS = 0.5;
const MAX_ROUNDS = 2_000;

/**
 * Connections that wait to be accepted would be reset, and each round of the event loop accepts one: it is done
 * after a short round without any. The `close` of node:http would also close connections with an answer on its way.
 */
function stopListening(server: Server, clock: RelayState['clock'], onStop: () => void) {
  return new Promise<void>((resolve) => {
    let hasAccepted = false;
    const note = (): void => void (hasAccepted = true);
    const stop = (): void => {
      server.off('connection', note);
      NetServer.prototype.close.call(server, () => resolve());
      onStop();
    };
    const wait = (rounds: number): void => {
      const startedAt = clock.monotonic();
      hasAccepted = false;
      setImmediate(() => {
        const isShort = clock.monotonic() - startedAt < SHORT_MS;
        if (rounds === 0 || (isShort && !hasAccepted)) stop();
        else wait(rounds - 1);
      });
    };
    server.on('connection', note);
    setImmediate(() => wait(MAX_ROUNDS));
  });
}

/** Node counts a connection as idle while its answer is still being sent. */
function closeIdle(server: Server, { unanswered, lastAnswerAt, clock }: RelayState): void {
  const isQuiet = clock.monotonic() - lastAnswerAt >= IDLE_MS;
  if (unanswered === 0 && isQuiet) server.closeIdleConnections();
}

/** A turn with an idempotency key outlives its connection, so the server's own end is not enough. */
async function turnsEnded({ running, clock }: RelayState): Promise<void> {
  const end = clock.monotonic() + DRAIN_MS + FINAL_ANSWERS_MS;
  while (running.length > 0 && clock.monotonic() < end) await clock.sleep(CHECK_MS);
}
