import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { AppError } from '../base/errors.js';
import type { RelayState } from './relay-state.js';

/** Turns that run have this long to end, in milliseconds. */
const DRAIN_MS = 30_000;
/** Time to answer the callers of turns that were stopped. */
const FINAL_ANSWERS_MS = 1_000;
const CHECK_MS = 50;

/** Accepts nothing new and waits for what runs; stops it after 30 seconds. */
export async function drain(server: Server, state: RelayState): Promise<void> {
  state.isDraining = true;
  // Responses without a head yet tell their callers to use another connection.
  for (const { call } of state.running) call.response.shouldKeepAlive = false;
  const closed = stopListening(server);
  const ended = turnsEnded(state);
  const stop = setTimeout(() => {
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

/** The `close` of node:http would also close connections with an answer still on its way. */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
}

/** Node counts a connection as idle while its answer is still being sent. */
function closeIdle(server: Server, { unanswered }: RelayState): void {
  if (unanswered === 0) server.closeIdleConnections();
}

/** A turn with an idempotency key outlives its connection, so the server's own end is not enough. */
async function turnsEnded({ running, clock }: RelayState): Promise<void> {
  const end = clock.monotonic() + DRAIN_MS + FINAL_ANSWERS_MS;
  while (running.length > 0 && clock.monotonic() < end) await clock.sleep(CHECK_MS);
}
