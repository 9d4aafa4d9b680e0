import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import { empty, errorAnswer, json, Refusal, type Answer } from './answer.js';
import type { SandboxRequest } from './exchange.js';
import { FaultPlan } from './faults/plan.js';
import { parseBody } from './operations/parse-body.js';
import { parseSeed, seed } from './seed.js';
import { resetState, type SandboxState } from './state.js';
import { statsOf } from './stats.js';

type ControlRoute = (state: SandboxState, body: Buffer) => Answer;

const CONTROL_ROUTES: Readonly<Record<string, ControlRoute>> = {
  'GET /_sandbox/stats': (state) => json(statsOf(state)),
  'PUT /_sandbox/faults': setFaults,
  'PUT /_sandbox/seed': seedStore,
  'POST /_sandbox/reset': reset,
};

/** Whether it is for the sandbox itself and not for the API. Such a request needs no key. */
export function isControl({ target }: SandboxRequest): boolean {
  return target.startsWith('/_sandbox/');
}

export function control({ method, target, body }: SandboxRequest, state: SandboxState): Answer {
  const name = `${method} ${target}`;
  const run = Object.hasOwn(CONTROL_ROUTES, name) ? CONTROL_ROUTES[name] : undefined;
  if (run === undefined) {
    return errorAnswer(404, { detail: `There are ${Object.keys(CONTROL_ROUTES).join(', ')}.` });
  }
  try {
    return run(state, body ?? Buffer.alloc(0));
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    if (!(error instanceof AppError)) throw error;
    return errorAnswer(422, { detail: `${error.message}: ${error.details.hint ?? ''}` });
  }
}

const faultsBody = v.object({
  rules: v.optional(v.array(v.string()), []),
  script: v.optional(v.array(v.string()), []),
  seed: v.optional(v.pipe(v.number(), v.safeInteger())),
});

/** Replaces all faults. The seed stays unless a new one is given. */
function setFaults(state: SandboxState, body: Buffer): Answer {
  const settings = parseBody(faultsBody, body);
  state.plan = new FaultPlan({ ...settings, seed: settings.seed ?? state.plan.seed });
  return json({ seed: state.plan.seed });
}

function seedStore({ store, settings }: SandboxState, body: Buffer): Answer {
  const { clock, randomId } = settings;
  return json({ ids: seed(parseSeed(body), { store, now: clock.now(), randomId }) });
}

function reset(state: SandboxState): Answer {
  resetState(state);
  return empty(204);
}
