import { errorAnswer, type Answer } from '../../src/sandbox/answer.js';
import type { Interceptor } from '../../src/sandbox/call.js';

/** Refuses the operations with this status, or all when none is named: they do not run. */
export function refusing(status: number, ...operations: string[]): Interceptor {
  return (call, run) =>
    operations.length === 0 || operations.includes(call.operation) ? refusal(status) : run(call);
}

/** Refuses the turn of this number, counted from 1, with this status. */
export function refusingTurn(number: number, status: number): Interceptor {
  let turns = 0;
  return (call, run) => {
    if (call.operation === 'chat') turns++;
    return call.operation === 'chat' && turns === number ? refusal(status) : run(call);
  };
}

function refusal(status: number): Answer {
  return errorAnswer(status, { detail: 'The test refuses this.' });
}
