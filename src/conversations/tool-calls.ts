import { oneLine } from '../text/sanitize.js';
import { cutToWidth, displayWidth } from '../text/width.js';
import type { Message } from './conversation.js';

/** A tool call with its result. */
export interface ToolCallResult {
  name: string;
  /** JSON, as the model wrote it: not checked. */
  arguments: string;
  /** The text that the tool returned; null when it is not known. */
  result: string | null;
}

/**
 * The tool calls among messages. A result names no call: it belongs to the first one without a result,
 * of the last message that calls tools if there is one.
 */
export function toolCallsIn(messages: readonly Message[]): ToolCallResult[] {
  const calls: ToolCallResult[] = [];
  let latest: ToolCallResult[] = [];
  const isWaiting = ({ result }: ToolCallResult): boolean => result === null;
  for (const { role, text, toolCalls } of messages) {
    if (role === 'tool') {
      const call = latest.find(isWaiting) ?? calls.find(isWaiting);
      if (call) call.result = text;
    } else if (toolCalls.length > 0) {
      latest = toolCalls.map(({ name, arguments: args }) => ({
        ...{ name, arguments: args },
        result: null,
      }));
      calls.push(...latest);
    }
  }
  return calls;
}

export interface ToolCallLineOptions {
  /** Cells in a row of the window; undefined where nothing is cut. */
  columns?: number | undefined;
  /** Stands between a call and its result. */
  arrow: '→' | '->';
}

/** A call as one line, such as `get_order {"id":"4711"} → {"state":"shipped"}`, safe on a terminal. */
export function toolCallLine(
  call: ToolCallResult,
  { columns = Infinity, arrow }: ToolCallLineOptions,
): string {
  const name = oneLine(call.name) || 'unnamed tool';
  const args = oneLine(call.arguments);
  const result = oneLine(call.result ?? '');
  const before = args === '' ? name : `${name} `;
  const between = call.result === null ? '' : ` ${arrow} `;
  // Long arguments leave some room to the result.
  const room = columns - displayWidth(before) - displayWidth(between);
  const argsRoom = Math.max(room - displayWidth(result), Math.ceil(room * ARGS_SHARE), MIN_ARGS);
  return cut(`${before}${cut(args, argsRoom)}${between}${result}`, columns);
}

/** The share of the room for the arguments, when arguments and result do not fit. */
const ARGS_SHARE = 0.65;
/** Minimal width in cells: shorter texts say nothing. */
const MIN_ARGS = 4;

function cut(text: string, columns: number): string {
  return displayWidth(text) <= columns ? text : `${cutToWidth(text, columns - 1)}…`;
}
