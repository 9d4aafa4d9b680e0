import type { Call } from './call.js';
import { CoordinationError } from './coordination/coordination.js';
import { assertHost } from './exposure/hosts.js';
import { shareWithOrigin } from './exposure/origins.js';
import { errorBody, sendJson, busy, Refusal } from './http/answer.js';
import { CallerLeft } from './http/read-body.js';
import { dispatch } from './routes.js';
import { UNAVAILABLE } from './chat/outcome.js';
import type { Workings } from './workings.js';

/** Answers one request, whatever it is. Never rejects. */
export async function serveCall(call: Call, workings: Workings): Promise<void> {
  const { response } = call;
  workings.unanswered++;
  response.once('close', () => {
    workings.unanswered--;
    if (!response.writableFinished) call.onLeft?.();
    const report = (): void =>
      workings.onAnswered(call, workings.clock.monotonic() - call.startedAt);
    if (call.goesOn) call.onEnded = report;
    else report();
  });
  response.setHeader('x-request-id', call.id);
  if (workings.isDraining) response.shouldKeepAlive = false;
  try {
    assertHost(call.request, workings.hosts);
    shareWithOrigin(call, workings.origins);
    await dispatch(call, workings);
  } catch (error) {
    if (workings.isDraining) response.shouldKeepAlive = false;
    refuse(call, error);
  }
}

function refuse({ response, facts }: Call, error: unknown): void {
  if (error instanceof CallerLeft) {
    // What was said on its connection last is still to arrive.
    if (!response.socket?.writableEnded) response.destroy();
    return;
  }
  const refusal = asRefusal(error);
  if (refusal !== error) facts.error = error;
  sendJson(response, refusal.status, errorBody(refusal.message), refusal.headers);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof CoordinationError) return busy(UNAVAILABLE, 5_000);
  return new Refusal(500, 'Internal error');
}
