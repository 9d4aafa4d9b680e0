import { AppError } from '../base/errors.js';
import { empty, json, type Answer } from './answer.js';
import { parseBody } from './body.js';
import type { SandboxRequest, Workings } from './exchange.js';
import { FaultPlan } from './faults/plan.js';
import { IdempotencyKeys } from './idempotency.js';
import { errorAnswer, Refusal } from './refusal.js';
import { faultsBody, seedBody } from './schemas.js';
import { seed } from './seed.js';
import { SendLog, statsOf } from './stats.js';

const PREFIX = '/_sandbox/';

type Control = (request: SandboxRequest, workings: Workings) => Answer;

const CONTROLS: Readonly<Record<string, Control>> = {
  'GET /_sandbox/stats': (_, workings) => json(statsOf(workings)),
  'PUT /_sandbox/faults': setFaults,
  'PUT /_sandbox/seed': seedStore,
  'POST /_sandbox/reset': (_, workings) => {
    forgetAll(workings);
    return empty(204);
  },
};

/** Whether it is meant for the sandbox itself: such a path is no part of the API and needs no key. */
export function isControl({ target }: SandboxRequest): boolean {
  return target.startsWith(PREFIX);
}

export function control(request: SandboxRequest, workings: Workings): Answer {
  const route = `${request.method} ${request.target}`;
  const run = Object.hasOwn(CONTROLS, route) ? CONTROLS[route] : undefined;
  if (run === undefined) {
    return errorAnswer(404, { detail: `There are ${Object.keys(CONTROLS).join(', ')}.` });
  }
  try {
    return run(request, workings);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    if (!(error instanceof AppError)) throw error;
    return errorAnswer(422, { detail: `${error.message}: ${error.details.hint ?? ''}` });
  }
}

/** In place of all faults so far. The seed stays unless there is another. */
function setFaults({ body = Buffer.alloc(0) }: SandboxRequest, workings: Workings): Answer {
  const settings = parseBody(faultsBody, body);
  workings.plan = new FaultPlan({ ...settings, seed: settings.seed ?? workings.plan.seed });
  return json({ seed: workings.plan.seed });
}

/** Many conversations at once, for trying what happens to those who have many. */
function seedStore({ body = Buffer.alloc(0) }: SandboxRequest, workings: Workings): Answer {
  const { store, clock, randomId } = workings;
  return json({ ids: seed(parseBody(seedBody, body), { store, now: clock.now(), randomId }) });
}

/** As it was when it started: no conversations, no counts, the faults of the start. */
function forgetAll(workings: Workings): void {
  workings.store.clear();
  workings.sends = new SendLog();
  workings.counts.clear();
  workings.keys = new IdempotencyKeys(workings.clock);
  workings.plan = new FaultPlan(workings.firstFaults);
}
