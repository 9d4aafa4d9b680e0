import { AppError } from '../../errors.js';
import type { Call } from '../call.js';
import { admit } from '../exposure/admit.js';
import { sendJson } from '../http/answer.js';
import { readBody } from '../http/read-body.js';
import { busy } from '../http/refusal.js';
import type { Workings } from '../workings.js';
import { parseChatRequest, type ChatRequest } from './chat-request.js';
import { EventStream } from './event-stream.js';
import type { Outcome } from './outcome.js';
import { runTurn } from './run-turn.js';

/** `POST /chat`: one turn. */
export async function chat(call: Call, workings: Workings): Promise<void> {
  admit(call, workings);
  if (workings.isDraining || workings.running.size >= workings.mostTurns) {
    throw busy('Too many requests in flight');
  }
  if (call.expectsContinue) call.response.writeContinue();
  const request = parseChatRequest(await readBody(call.request));
  call.facts.conversationId = request.conversationId;
  call.facts.secret = request.message;
  await answerTurn(request, call, workings);
}

async function answerTurn(request: ChatRequest, call: Call, workings: Workings): Promise<void> {
  const { response } = call;
  const stop = stopWithCaller(call);
  const stream = wantsEvents(call) ? new EventStream(response) : undefined;
  workings.running.add(stop);
  try {
    const outcome = await run(request, { call, workings, stop, stream });
    if (stream) stream.end(outcome);
    else sendJson(response, outcome.status, outcome.body, outcome.headers);
  } finally {
    workings.running.delete(stop);
  }
}

interface Surroundings {
  call: Call;
  workings: Workings;
  stop: AbortController;
  stream: EventStream | undefined;
}

async function run(
  { message, conversationId, name }: ChatRequest,
  { call, workings, stop, stream }: Surroundings,
): Promise<Outcome> {
  const input = { text: message, conversationId, speaker: name, stream: stream !== undefined };
  const outcome = await runTurn(input, {
    takeTurn: workings.takeTurn,
    turns: workings.coordination.turns,
    stop,
    longestWaitMs: workings.turnTimeoutMs,
    seal: (id) => id,
    onEvent: stream && ((event) => stream.take(event)),
  });
  call.facts.conversationId = outcome.conversationId;
  call.facts.error = outcome.error;
  return outcome;
}

/** Aborts when the caller goes away before the answer is out. */
function stopWithCaller({ response }: Call): AbortController {
  const stop = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) stop.abort(new AppError('interrupted', 'the caller left'));
  });
  return stop;
}

function wantsEvents({ request }: Call): boolean {
  return /(^|,)\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*(,|$))|,|$)/i.test(
    request.headers.accept ?? '',
  );
}
