// Loaded late: for `serve --ui` alone.
import * as v from 'valibot';
import { AppError } from '../../base/errors.js';
import { parseBody } from '../chat/request.js';
import { assertNoForm, assertOrigin } from '../exposure/browser-guards.js';
import { overRate, pageAllowanceWait } from '../exposure/rate-limit.js';
import { assertToken } from '../exposure/token-guesses.js';
import { busy, Refusal, sendJson } from '../http/answer.js';
import type { Call, RelayState, Routes } from '../state.js';
import { makePage, sendPage } from './page.js';
import type { Introduction, PagePorts } from './ports.js';

/** The page also asks for this when a reply does not come, to tell whether Telnyx can be reached. */
const INTRODUCTION_TIMEOUT_MS = 3_000;
/** However many pages ask, Telnyx is asked this often at most. */
const MAX_INTRODUCTION_AGE_MS = 3_000;
/** Turns whose tool calls are looked for at once: each look is some requests to Telnyx. */
const MAX_LOOKS = 16;

/** The page, and what it asks for beside the turns. */
export function pageRoutes(ports: PagePorts, needsToken: boolean): Routes {
  const page = makePage(needsToken);
  const show = (call: Call): void => sendPage(page, call);
  return {
    '/': { GET: show, HEAD: show },
    '/ui/assistant': { GET: introducer(ports) },
    '/ui/tool-calls': { POST: toolCallReader(ports) },
  };
}

function introducer(ports: PagePorts): Routes[string][string] {
  let latest: { promise: Promise<Introduction>; askedAt: number } | undefined;
  const isStale = (now: number): boolean =>
    now - (latest?.askedAt ?? -Infinity) > MAX_INTRODUCTION_AGE_MS;
  return async (call, state) => {
    await admit(call, state);
    const now = state.clock.monotonic();
    const waitMs = isStale(now) ? await pageAllowanceWait(call, state) : 0;
    // Another page may have asked meanwhile. A caller over its rate gets what was answered last.
    if (isStale(now) && waitMs <= 0) {
      const { signal } = new AbortController();
      const promise = ports.introduction({ signal, timeoutMs: INTRODUCTION_TIMEOUT_MS });
      latest = { promise, askedAt: now };
    }
    if (!latest) throw overRate(waitMs, call);
    const { name, greeting, hasTools } = await reached(latest.promise, call);
    sendBody(call, { name, greeting, has_tools: hasTools });
  };
}

const TOOL_CALLS_BODY = v.object({
  conversation_id: v.string(),
  message: v.string(),
  reply: v.string(),
});

function toolCallReader(ports: PagePorts): Routes[string][string] {
  let looks = 0;
  return async (call, state) => {
    await admit(call, state);
    const waitMs = state.rate ? await pageAllowanceWait(call, state) : 0;
    if (waitMs > 0) throw overRate(waitMs, call);
    if (looks >= MAX_LOOKS) throw busy('Too many requests in flight');
    looks++;
    const stop = new AbortController();
    call.onLeave = () => stop.abort(new AppError('interrupted', 'the caller left'));
    try {
      const turn = await readTurn(call, state);
      const calls = await reached(ports.toolCalls(turn, stop.signal), call);
      sendBody(call, { tool_calls: calls });
    } finally {
      call.onLeave = undefined;
      looks--;
    }
  };
}

async function readTurn(call: Call, { bodies, conversationIds }: RelayState) {
  const body = await bodies.read(call);
  try {
    const { conversation_id: id, message: text, reply } = parseBody(TOOL_CALLS_BODY, body);
    const conversationId = conversationIds.verify(id, call.facts.caller);
    Object.assign(call.facts, { conversationId, message: text, reply });
    return { conversationId, text, reply };
  } finally {
    bodies.release(body);
  }
}

/** Throws a 401, a 403 or a 415. */
async function admit(call: Call, state: RelayState): Promise<void> {
  assertOrigin(call.request, state.origins);
  if (state.tokens) await assertToken(call, state);
  assertNoForm(call.request);
}

/** What Telnyx answered. Throws a 502, and leaves the reason to the log. */
async function reached<T>(answer: Promise<T>, { facts }: Call): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    facts.error = error;
    throw new Refusal(502, 'The assistant cannot be reached');
  }
}

function sendBody(call: Call, body: object): void {
  const headers = { 'cache-control': 'no-store' };
  sendJson(call, { status: 200, body: JSON.stringify(body), headers });
}
