import {
  errorBody,
  json,
  type Answer,
  type ApiAnswer,
  type StreamEvent,
  type Call,
  type Interceptor,
  type WholeAnswer,
} from '../call.js';
import { parseChatBody } from '../operations/assistants.js';
import {
  after,
  FAILURE_DETAIL,
  failure,
  stored,
  unstored,
  webPage,
  type FaultKind,
  type FaultKinds,
} from './kind.js';

const LATE = { hasFixedTargets: true, amount: 'ms until it is stored, 1000 unless given' };
const RESET: Answer = { type: 'reset' };
const STALL: Answer = { type: 'stall' };

/** Faults of the connection, and of the order in which a turn is stored and answered. */
export const TURN_KINDS: FaultKinds = {
  refuse: {
    about: 'a new connection is reset before a byte of it is read',
    targets: ['connection'],
    hasFixedTargets: true,
    effect: () => () => RESET,
  },
  reset_before: unstored('reset', RESET),
  reset_after: stored('reset without a byte of answer', RESET),
  reset_idle: {
    ...unstored('a reused connection is reset when the next request comes', RESET),
    needsReuse: true,
  },
  stall_before: unstored('never an answer', STALL),
  stall_after: stored('never an answer', STALL),
  error_event: {
    about: 'a streamed reply ends in an error event, any other is a 500; all is stored',
    hasFixedTargets: true,
    amount: 'deltas before it, 0 unless given',
    effect: (deltas) => after((answer) => errorEvent(answer, deltas)),
  },
  error_event_lost: {
    about: 'a stream of an error event, any other answer is a 500; nothing is stored',
    hasFixedTargets: true,
    effect: () => (call) => errorEvent(asAnswer(call)),
  },
  private_answers: {
    about: 'an assistant that retains no data answers, though its conversations list nothing',
    combines: true,
    effect: () => (call, run) => run({ ...call, needsRetention: false }),
  },
  late_reply_reset: lateReply(RESET, 'reset'),
  late_reply_stall: lateReply(STALL, 'never an answer'),
  late_reply_504: lateReply(failure(504), 'a 504'),
  late_turn_reset: lateTurn(RESET, 'reset'),
  late_turn_stall: lateTurn(STALL, 'never an answer'),
  late_turn_504: lateTurn(failure(504), 'a 504'),
  late_turn_html_502: lateTurn(webPage(502, 'Bad Gateway'), 'a 502 that is a web page'),
  late_turn_html_503: lateTurn(webPage(503, 'Service Unavailable'), 'a 503 that is a web page'),
};

/** Answers while the turn waits for its reply: its message is stored by then. */
function lateReply(answer: Answer, words: string): FaultKind {
  const about = `${words}; the message is stored at once and its reply later`;
  const effect =
    (ms = 1000): Interceptor =>
    (call, run) =>
      new Promise((resolve, reject) => {
        const waitForReply = (): Promise<void> => {
          resolve(answer);
          return call.sleep(ms);
        };
        // Takes effect only for a turn that is refused, which never waits.
        Promise.resolve(run({ ...call, waitForReply })).then(resolve, reject);
      });
  return { ...LATE, about, effect };
}

function lateTurn(answer: Answer, words: string): FaultKind {
  const about = `${words}; message and reply are stored only later`;
  const effect =
    (ms = 1000): Interceptor =>
    (call, run) => {
      const later = call.sleep(ms).then(() => run(call));
      // The answer is sent already, so a late failure has nowhere to go.
      later.catch(() => undefined);
      return answer;
    };
  return { ...LATE, about, effect };
}

/** An answer of the kind that was asked for, without content. */
function asAnswer({ body }: Call): ApiAnswer {
  if (!parseChatBody(body).stream) return json(null);
  return { type: 'stream', events: [], spreadMs: 0 };
}

function errorEvent(answer: ApiAnswer, count = 0): Answer {
  if (answer.type === 'whole') return failure(500);
  const deltas = answer.events.filter(({ event }) => event === 'delta').slice(0, count);
  const data = errorBody(500, { detail: FAILURE_DETAIL });
  const error: StreamEvent = { event: 'error', data };
  return { ...answer, events: [...deltas, error] };
}

/** Faults that are answers: errors, web pages and malformed JSON. */
export const STATUS_KINDS: FaultKinds = {
  ...beforeAndAfter('status_408', 'a 408', failure(408)),
  status_402: unstored('a 402, as without funds', failure(402)),
  status_409: unstored('a 409', failure(409)),
  status_429: unstored('a 429 without advice when to come back', failure(429)),
  status_429_retry_after_ms: advised('retry-after-ms', 'ms, 20', (ms = 20) => ({
    'retry-after-ms': String(ms),
  })),
  status_429_retry_after: advised('retry-after in seconds', 's, 1', (seconds = 1) => ({
    'retry-after': String(seconds),
  })),
  status_429_retry_after_date: advised('retry-after as a date', 's, 1', (seconds = 1, call) => ({
    'retry-after': new Date(call.now().getTime() + seconds * 1000).toUTCString(),
  })),
  status_429_ratelimit_reset: advised('x-ratelimit-reset', 's, 1', (seconds = 1) => ({
    'x-ratelimit-limit': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(seconds),
  })),
  ...beforeAndAfter('status_500', 'a 500', failure(500)),
  ...beforeAndAfter('status_502', 'a 502', failure(502)),
  ...beforeAndAfter('status_503', 'a 503', failure(503)),
  ...beforeAndAfter('status_504', 'a 504', failure(504)),
  ...beforeAndAfter('status_529', 'a 529, as of an overloaded model', failure(529)),
  ...beforeAndAfter('html_502', 'a 502 that is a web page', webPage(502, 'Bad Gateway')),
  ...beforeAndAfter('html_200', 'a 200 that is a web page', webPage(200, 'Welcome to the lobby')),
  half_json: stored('a 200 whose JSON stops half way', (answer) => half(textOf(answer))),
  wrong_shape: stored('a 200 whose JSON has other fields', json({ result: { value: 42 } })),
  empty_200: stored('a 200 without a body', { ...json(null), body: '' }),
};

function beforeAndAfter(name: string, words: string, answer: Answer): FaultKinds {
  return {
    [`${name}_before`]: unstored(words, answer),
    [`${name}_after`]: stored(words, answer),
  };
}

function advised(
  name: string,
  amount: string,
  headers: (amount: number | undefined, call: Call) => Record<string, string>,
): FaultKind {
  return {
    about: `a 429 with ${name}; nothing is stored`,
    amount: `${amount} unless given`,
    effect: (value) => (call) => failure(429, headers(value, call)),
  };
}

/** The answer's JSON; of a stream, that of its last event. */
function textOf(answer: ApiAnswer): string {
  return answer.type === 'whole' ? answer.body : JSON.stringify(answer.events.at(-1)?.data);
}

function half(text: string): WholeAnswer {
  return { ...json(null), body: text.slice(0, Math.floor(text.length / 2)) };
}
