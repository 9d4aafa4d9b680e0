import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { AppError } from '../base/errors.js';
import type { Workings } from './workings.js';

/** For what runs when the relay is to end, in milliseconds. */
const DRAIN_MS = 30_000;
/** For the answers of turns that were stopped then. */
const LAST_ANSWERS_MS = 1_000;
/** Between two looks at connections on which nothing runs any more. */
const CHECK_MS = 50;

/** Accepts nothing new, finishes what runs, or stops it after 30 seconds. */
export async function drain(server: Server, workings: Workings): Promise<void> {
  workings.isDraining = true;
  // Whoever gets an answer now is told to come back over another connection.
  for (const { call } of workings.running) call.response.shouldKeepAlive = false;
  const closed = closeToNew(server);
  const ended = untilNoneRuns(workings);
  const stop = setTimeout(() => {
    const reason = new AppError('terminated', 'the relay is ending');
    for (const turn of workings.running) turn.stop.abort(reason);
  }, DRAIN_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS + LAST_ANSWERS_MS);
  // A stream that began before is on a connection that was promised to be kept.
  const look = setInterval(() => closeKept(server, workings), CHECK_MS);
  await Promise.all([closed, ended]);
  clearTimeout(stop);
  clearTimeout(cut);
  clearInterval(look);
}

/** As `server.close` of node:http, which ends connections too: those on which an answer is still being sent. */
function closeToNew(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
}

/** For Node, one whose answer is being sent is idle. */
function closeKept(server: Server, { unanswered }: Workings): void {
  if (unanswered === 0) server.closeIdleConnections();
}

/** A turn may go on after its caller left: the answer is kept for the key that came with it. */
async function untilNoneRuns({ running, clock }: Workings): Promise<void> {
  const end = clock.monotonic() + DRAIN_MS + LAST_ANSWERS_MS;
  while (running.size > 0 && clock.monotonic() < end) await clock.sleep(CHECK_MS);
}
