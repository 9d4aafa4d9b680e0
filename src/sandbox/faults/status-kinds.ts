import { json, type Answer, type ApiAnswer, type WholeAnswer } from '../answer.js';
import type { Call } from '../call.js';
import { failure, stored, unstored, webPage, type FaultKind, type FaultKinds } from './kind.js';

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
