import {
  fill,
  namesIn,
  type Variables,
  isJsonObject,
  jsonValue,
  type Json,
} from '../chat-file/syntax.js';
import {
  failed,
  impossible,
  PASSED,
  type ExpectedCall,
  type Finding,
  type Observation,
  type TextRule,
  type ToolUse,
} from './check.js';
import { cutBetweenWords, decided, findMatch, isPattern, readPattern } from './matching.js';
import { hasText } from './text-checks.js';

/** Most characters of the arguments or the result of a call that a reason shows. */
const MAX_CALL_LENGTH = 200;

type Observed = Pick<Observation, 'variables' | 'isConversation'>;

/** Whether the calls were made in this order; others may have been between. */
export function callsInOrder(
  tools: readonly ToolUse[],
  expected: readonly ExpectedCall[],
  observed: Observed,
): Finding {
  const { variables } = observed;
  let next = 0;
  for (const tool of tools) {
    const call = expected[next];
    if (call && fits(tool, call, variables)) next++;
  }
  const missing = expected[next];
  if (!missing) return PASSED;
  const after = next === 0 ? '' : ` after ${expected[next - 1]?.tool ?? ''}`;
  const called = calledText(tools, observed);
  return failed(`${expectedText(missing, variables)} was not called${after}: ${called}`);
}

export function callsTimes(
  tools: readonly ToolUse[],
  { call, times }: { call: ExpectedCall; times: number },
  observed: Observed,
): Finding {
  const { variables } = observed;
  const count = tools.filter((tool) => fits(tool, call, variables)).length;
  if (count === times) return PASSED;
  const called = calledText(tools, observed);
  return failed(
    `${expectedText(call, variables)} was called ${count === 1 ? '1 time' : `${count} times`}: ${called}`,
  );
}

export function callsNothing(tools: readonly ToolUse[], observed: Observed): Finding {
  return tools.length === 0 ? PASSED : failed(calledText(tools, observed));
}

export function neverCalls(
  tools: readonly ToolUse[],
  call: ExpectedCall,
  observed: Observed,
): Finding {
  const found = tools.find((tool) => fits(tool, call, observed.variables));
  return found ? failed(`${callerIn(observed)} called ${toolText(found)}`) : PASSED;
}

export function resultSays(
  tools: readonly ToolUse[],
  { tool, rule }: { tool: string; rule: TextRule },
  observed: Observed,
): Finding {
  const { variables } = observed;
  const name = fill(tool, variables);
  const calls = tools.filter((each) => each.name === name);
  if (calls.length === 0) return failed(`${name} was not called: ${calledText(tools, observed)}`);
  const options = { variables, whose: `the result of ${name}` };
  const findings = calls.flatMap(({ result }) =>
    result === undefined ? [] : [decided(() => hasText(result, rule, options))],
  );
  const [best] = [
    ...findings.filter(({ verdict }) => verdict === 'passed'),
    ...findings.filter(({ verdict }) => verdict === 'error'),
    ...(findings.length < calls.length ? [] : findings),
  ];
  return best ?? impossible(`the conversation has no result of ${name}`);
}

/** A call as a person reads it: `get_order {"id":"4711"} → {"state":"shipped"}`. */
export function toolText({ name, arguments: args, result }: ToolUse): string {
  const called = args === '' ? name : `${name} ${shortened(args)}`;
  return result === undefined ? called : `${called} → ${shortened(result)}`;
}

function shortened(text: string): string {
  return cutBetweenWords(text.replace(/\s+/g, ' ').trim(), MAX_CALL_LENGTH);
}

function callerIn({ isConversation }: Observed): string {
  return isConversation ? 'the assistant' : 'the turn';
}

function calledText(tools: readonly ToolUse[], observed: Observed): string {
  if (tools.length === 0) return `${callerIn(observed)} called nothing`;
  const calls = tools.map((tool) => toolText({ ...tool, result: undefined }));
  return `${callerIn(observed)} called ${calls.join(', ')}`;
}

function expectedText({ tool, arguments: args }: ExpectedCall, variables: Variables): string {
  return toolText({
    name: fill(tool, variables),
    arguments: args ? fill(JSON.stringify(args), variables) : '',
  });
}

function fits(tool: ToolUse, call: ExpectedCall, variables: Variables): boolean {
  if (tool.name !== fill(call.tool, variables)) return false;
  return call.arguments === undefined || holds(argumentsOf(tool), call.arguments, variables);
}

/** The arguments as the value they are; a text that is no JSON is a value too. */
function argumentsOf({ arguments: args }: ToolUse): unknown {
  return jsonValue(args) ?? args;
}

/** Whether a value holds at least what is expected; lists have the same length. */
function holds(actual: unknown, expected: Json, variables: Variables): boolean {
  if (typeof expected === 'string') return holdsText(actual, expected, variables);
  if (expected === null || typeof expected !== 'object') return actual === expected;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, index) => holds(actual[index], each, variables))
    );
  }
  if (!isJsonObject(actual)) return false;
  return Object.entries(expected).every(
    ([key, value]) => Object.hasOwn(actual, key) && holds(actual[key], value, variables),
  );
}

function holdsText(actual: unknown, expected: string, variables: Variables): boolean {
  if (expected === '*') return true;
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual);
  if (isPattern(expected)) return findMatch(readPattern(expected), text, variables) !== undefined;
  // A value that was kept from a reply is a text, and may be a number among arguments.
  const isFilled = namesIn(expected).length > 0;
  return (typeof actual === 'string' || isFilled) && text === fill(expected, variables);
}
