import { decided } from './matching.js';
import { fill, durationText } from '../chat-file/syntax.js';
import {
  failed,
  impossible,
  onKnown,
  PASSED,
  type Check,
  type CheckType,
  type Finding,
  type Known,
  type Observation,
} from './check.js';
import {
  fitsSms,
  hasAtMostWords,
  hasText,
  isLike,
  isSpeakable,
  isText,
  keepsValue,
  lacksText,
} from './text-checks.js';
import { callsInOrder, callsNothing, callsTimes, neverCalls, resultSays } from './tool-checks.js';

/** Checks for which the tool calls of the turn have to be read. */
const TOOL_CHECKS: readonly CheckType[] = [
  'calls',
  'calls-times',
  'calls-nothing',
  'never-calls',
  'result',
];

export function needsTools({ type }: Check): boolean {
  return TOOL_CHECKS.includes(type);
}

/** Whether a check holds for a turn. */
export function evaluate(check: Check, turn: Observation): Finding {
  return decided(() => ofTurn(check, turn));
}

function ofTurn(check: Check, turn: Observation): Finding {
  const { tools, reply } = turn;
  switch (check.type) {
    case 'calls':
      return onKnown(tools, (calls) => callsInOrder(calls, check.calls, turn));
    case 'calls-times':
      return onKnown(tools, (calls) => callsTimes(calls, check, turn));
    case 'calls-nothing':
      return onKnown(tools, (calls) => callsNothing(calls, turn));
    case 'never-calls':
      return onKnown(tools, (calls) => neverCalls(calls, check.call, turn));
    case 'result':
      return onKnown(tools, (calls) => resultSays(calls, check, turn));
    case 'first-word':
      return inTime(turn.firstWordMs, check.ms);
    case 'answers':
      return inTime(turn.totalMs, check.ms);
    case 'metadata':
      return onKnown(turn.metadata, (metadata) => hasMetadata(metadata, check, turn));
    case 'silent':
      return turn.isSilent ? PASSED : onKnown(reply, () => failed('the assistant answered'));
    case 'judge':
      return impossible('only a simulated case has a judge');
    default:
      return onKnown(reply, (text) => ofReply(check, text, turn));
  }
}

type ReplyCheck = Extract<
  Check,
  { type: 'says' | 'is' | 'like' | 'max-words' | 'fits-sms' | 'speakable' | 'keep' }
>;

function ofReply(check: ReplyCheck, reply: string, turn: Observation): Finding {
  const { variables, reference } = turn;
  switch (check.type) {
    case 'says':
      return check.isNever
        ? lacksText(reply, check.rule, { variables, whose: whoseReply(turn) })
        : hasText(reply, check.rule, { variables, whose: whoseReply(turn) });
    case 'is':
      return isText(reply, fill(check.text, variables));
    case 'like':
      return isLike(reply, reference, check.share);
    case 'max-words':
      return hasAtMostWords(reply, check.words);
    case 'fits-sms':
      return fitsSms(reply, check.parts);
    case 'speakable':
      return isSpeakable(reply);
    case 'keep':
      return keepsValue(reply, check, variables);
  }
}

function whoseReply({ isConversation }: Observation): string {
  return isConversation ? 'what the assistant said' : 'the reply';
}

function inTime(taken: Known<number>, ms: number): Finding {
  return onKnown(taken, (value) =>
    value <= ms ? PASSED : failed(`it took ${durationText(value)}`),
  );
}

function hasMetadata(
  metadata: Readonly<Record<string, string>>,
  check: { key: string; value: string; isNever: boolean },
  { variables }: Observation,
): Finding {
  const [key, value] = [fill(check.key, variables), fill(check.value, variables)];
  const actual = Object.entries(metadata).find(([name]) => name === key)?.[1];
  if ((actual === value) !== check.isNever) return PASSED;
  if (check.isNever) return failed(`the conversation has ${key}=${value}`);
  const got = actual === undefined ? `no ${key}` : `${key}=${actual}`;
  return failed(`the conversation has ${got}`);
}
