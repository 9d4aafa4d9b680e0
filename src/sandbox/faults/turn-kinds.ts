import { errorBody } from '../refusal.js';
import type { Answer, SoundAnswer, StreamEvent } from '../answer.js';
import type { Interceptor } from '../call.js';
import { after, before, type FaultKinds } from './kind.js';
import { failure } from './status-kinds.js';

const CHAT = ['chat'] as const;
const LATE = 'ms until it is stored, 1000 unless given';
const RESET: Answer = { type: 'reset' };
const STALL: Answer = { type: 'stall' };

/** What goes wrong with the connection, or with the order of storing and answering. */
export const TURN_KINDS: FaultKinds = {
  refuse: {
    about: 'a new connection is reset before a byte of it is read',
    usual: ['connection'],
    isBound: true,
    effect: () => before(() => RESET),
  },
  reset_before: {
    about: 'reset; nothing is stored',
    usual: CHAT,
    effect: () => before(() => RESET),
  },
  reset_after: {
    about: 'reset without a byte of answer; all is stored',
    usual: CHAT,
    effect: () => after(() => RESET),
  },
  reset_idle: {
    about: 'a reused connection is reset when the next request comes; nothing is stored',
    usual: CHAT,
    needsReuse: true,
    effect: () => before(() => RESET),
  },
  stall_before: {
    about: 'never an answer; nothing is stored',
    usual: CHAT,
    effect: () => before(() => STALL),
  },
  stall_after: {
    about: 'never an answer; all is stored',
    usual: CHAT,
    effect: () => after(() => STALL),
  },
  error_event: {
    about: 'a streamed reply ends in an error event, any other is a 500; all is stored',
    usual: CHAT,
    isBound: true,
    amount: 'deltas before it, 0 unless given',
    effect: (deltas) => after((answer) => errorEvent(answer, deltas)),
  },
  late_reply_reset: lateReply(RESET, 'reset'),
  late_reply_stall: lateReply(STALL, 'never an answer'),
  late_reply_504: lateReply(failure(504), 'a 504'),
  late_turn_reset: lateTurn(RESET, 'reset'),
  late_turn_stall: lateTurn(STALL, 'never an answer'),
  late_turn_504: lateTurn(failure(504), 'a 504'),
};

function lateReply(answer: Answer, words: string): FaultKinds[string] {
  return {
    about: `${words}; the message is stored at once and its reply later`,
    usual: CHAT,
    isBound: true,
    amount: LATE,
    effect: (ms) => replyLater(answer, ms),
  };
}

function lateTurn(answer: Answer, words: string): FaultKinds[string] {
  return {
    about: `${words}; message and reply are stored only later`,
    usual: CHAT,
    isBound: true,
    amount: LATE,
    effect: (ms) => runLater(answer, ms),
  };
}

/** Answers when the turn begins to wait for its reply: its message is stored by then. */
function replyLater(answer: Answer, ms = 1000): Interceptor {
  return (call, run) =>
    new Promise((resolve, reject) => {
      const wait = (): Promise<void> => {
        resolve(answer);
        return call.pause(ms);
      };
      // A turn that is refused never waits. Whatever comes after the answer has no effect here.
      Promise.resolve(run({ ...call, wait })).then(resolve, reject);
    });
}

function runLater(answer: Answer, ms = 1000): Interceptor {
  return (call, run) => {
    const later = call.pause(ms).then(() => run(call));
    // Nobody is left to hear that the turn is refused or that the sandbox closes.
    later.catch(() => undefined);
    return answer;
  };
}

function errorEvent(answer: SoundAnswer, count = 0): Answer {
  if (answer.type === 'whole') return failure(500);
  const deltas = answer.events.filter(({ event }) => event === 'delta').slice(0, count);
  const data = errorBody(500, { detail: 'The sandbox was asked to fail here.' });
  const error: StreamEvent = { event: 'error', data };
  return { ...answer, events: [...deltas, error] };
}
