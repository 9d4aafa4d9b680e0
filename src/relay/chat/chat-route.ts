import type { ReplyEvent } from '../../turn/events.js';
import { AppError } from '../../base/errors.js';
import type { Call } from '../call.js';
import type { OpenRecord } from '../coordination/coordination.js';
import { admit } from '../exposure/admit.js';
import { sendJson, busy } from '../http/answer.js';
import type { RunningTurn } from '../running-turns.js';
import type { Workings } from '../workings.js';
import { parseChatRequest, type ChatRequest } from './chat-request.js';
import { EventStream } from './event-stream.js';
import { idempotencyKey, once } from './once.js';
import type { Outcome } from './outcome.js';
import { runTurn } from './run-turn.js';

/** `POST /chat`: one turn. */
export async function chat(call: Call, workings: Workings): Promise<void> {
  await admit(call, workings);
  const key = idempotencyKey(call);
  assertRoom(workings);
  const body = await workings.bodies.read(call);
  try {
    await chatAbout(body, call, { key, workings });
  } finally {
    workings.bodies.release(body);
  }
}

async function chatAbout(
  body: Buffer,
  call: Call,
  { key, workings }: { key: string | undefined; workings: Workings },
): Promise<void> {
  const request = parseChatRequest(body);
  const { handle } = request;
  const { caller } = call.facts;
  const conversationId = handle === undefined ? undefined : workings.handles.open(handle, caller);
  call.facts.conversationId = conversationId;
  call.facts.message = request.message;
  assertRoom(workings);
  await answer(call, workings, key !== undefined, (turn) => {
    const run = (record?: OpenRecord): Promise<Outcome> => runRequest(request, turn, record);
    if (key === undefined) return run();
    return once({ key, call, body, handle }, workings.coordination.records, run);
  });
}

function assertRoom({ isDraining, running, mostTurns }: Workings): void {
  if (isDraining || running.size >= mostTurns) throw busy('Too many requests in flight');
}

/** One turn and who hears of it. */
interface Turn extends RunningTurn {
  workings: Workings;
  stream: EventStream | undefined;
}

/** Runs a turn and sends what became of it. */
async function answer(
  call: Call,
  workings: Workings,
  isKeyed: boolean,
  run: (turn: Turn) => Promise<Outcome>,
): Promise<void> {
  const { response } = call;
  const { running, stops } = workings;
  const stop = stops.take();
  // Who gave a key may ask again for the answer: that is to be there.
  if (isKeyed) call.goesOn = true;
  else call.onLeft = () => stop.abort(new AppError('interrupted', 'the caller left'));
  const stream = wantsEvents(call) ? new EventStream(response) : undefined;
  const turn = { call, workings, stop, stream };
  running.add(turn);
  try {
    const outcome = await run(turn);
    if (stream) stream.end(outcome);
    else sendJson(response, outcome.status, outcome.body, outcome.headers);
  } finally {
    call.onLeft = undefined;
    if (isKeyed) endHeld(call);
    running.delete(turn);
    stops.giveBack(stop);
  }
}

/** What its caller did not wait for is reported now. */
function endHeld(call: Call): void {
  call.goesOn = false;
  call.onEnded?.();
}

async function runRequest(
  { message, name }: ChatRequest,
  { call, workings, stop, stream }: Turn,
  record: OpenRecord | undefined,
): Promise<Outcome> {
  const { conversationId } = call.facts;
  const input = { text: message, conversationId, speaker: name, stream: stream !== undefined };
  const { clock } = workings;
  const asked = clock.monotonic();
  const { outcome, conversationId: id } = await runTurn(input, {
    onEnter: () => (call.facts.waitedMs = clock.monotonic() - asked),
    takeTurn: workings.takeTurn,
    turns: workings.coordination.turns,
    stop,
    longestWaitMs: workings.turnTimeoutMs,
    seal: (id) => workings.handles.seal(id, call.facts.caller),
    onBegin: record && (() => record.begin()),
    onEvent: stream && ((event) => passOn(event, call, stream)),
  });
  call.facts.conversationId = id;
  call.facts.error = outcome.error;
  return outcome;
}

function passOn(event: ReplyEvent, { facts }: Call, stream: EventStream): Promise<void> | void {
  if (event.type === 'delta') facts.reply = (facts.reply ?? '') + event.text;
  return stream.take(event);
}

function wantsEvents({ request }: Call): boolean {
  return /(^|,)\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*(,|$))|,|$)/i.test(
    request.headers.accept ?? '',
  );
}
