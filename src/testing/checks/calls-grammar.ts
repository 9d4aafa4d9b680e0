import {
  LineFault,
  readingAt,
  fill,
  type Variables,
  isJsonObject,
  jsonValue,
  wholeNumber,
  type Json,
} from '../chat-file/syntax.js';
import type { Check, ExpectedCall } from './check.js';
import { isPattern, readPattern } from './matching.js';

const TOOL = /^(?:\{\{ *[\w-]+ *\}\}|[^\s,{])+/;
const THEN = /^,\s*then\s+/;
const TIMES = /^\s*(\S+)\s+times?$/;
const USAGE =
  'write: calls tool, calls tool {"key": "value"}, calls a, then b, calls tool 2 times, or calls nothing';

/** Reads what stands after `calls`. */
export function readCalls(text: string, variables: Variables): Check {
  if (text === 'nothing') return { type: 'calls-nothing' };
  const calls: ExpectedCall[] = [];
  for (let at = 0; ;) {
    const { call, length } = readingAt(at, () => readCall(text.slice(at)));
    calls.push(call);
    at += length;
    const rest = text.slice(at);
    if (rest === '') return { type: 'calls', calls };
    const [then] = THEN.exec(rest) ?? [];
    if (then === undefined) return readingAt(at, () => readTimes(rest, calls, variables));
    at += then.length;
  }
}

/** Reads what stands after `never calls`: one call. */
export function readNeverCalled(text: string): Check {
  const { call, length } = readCall(text);
  if (length === text.length && call.tool !== 'nothing') return { type: 'never-calls', call };
  throw new LineFault(
    'never calls takes one tool',
    'write: never calls tool, or never calls tool {json}',
    length,
  );
}

function readTimes(
  rest: string,
  [call, ...others]: readonly ExpectedCall[],
  known: Variables,
): Check {
  const times = wholeNumber(fill(TIMES.exec(rest)?.[1] ?? '', known));
  if (call && others.length === 0 && times !== undefined)
    return { type: 'calls-times', call, times };
  const offset = rest.length - rest.trimStart().length;
  throw new LineFault(`${JSON.stringify(rest.trim())} is not understood`, USAGE, offset);
}

function readCall(text: string): { call: ExpectedCall; length: number } {
  const [tool] = TOOL.exec(text) ?? [];
  if (tool === undefined) throw new LineFault('the name of a tool is missing', USAGE);
  const start = tool.length + (/^\s*(?=\{)/.exec(text.slice(tool.length))?.[0].length ?? 0);
  if (text[start] !== '{') return { call: { tool }, length: tool.length };
  const end = endOfObject(text, start);
  return readingAt(start, () => {
    const args = readArguments(text.slice(start, end));
    return { call: { tool, arguments: args }, length: end };
  });
}

/** The index after the brace that closes the object at `start`, or the end of the text. */
function endOfObject(text: string, start: number): number {
  let [depth, isString] = [0, false];
  for (let index = start; index < text.length; index++) {
    const char = text[index];
    if (isString && char === '\\') index++;
    else if (char === '"') isString = !isString;
    else if (!isString && (char === '{' || char === '[')) depth++;
    else if (!isString && (char === '}' || char === ']') && --depth === 0) return index + 1;
  }
  return text.length;
}

function readArguments(text: string): { [key: string]: Json } {
  const value = jsonValue(text);
  if (!isJsonObject(value)) {
    throw new LineFault(
      'bad JSON after the tool',
      'write an object: {"id": "4711"}, and {{name}} in quotes',
    );
  }
  assertPatterns(value);
  return value;
}

function assertPatterns(value: Json): void {
  if (typeof value === 'string' && isPattern(value)) readPattern(value);
  else if (typeof value === 'object' && value !== null)
    Object.values(value).forEach(assertPatterns);
}
