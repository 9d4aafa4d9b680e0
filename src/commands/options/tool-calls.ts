// Loaded late by `send`: most turns do not show their tool calls.
import type { Client } from '../../api/client.js';
import { AppError } from '../../base/errors.js';
import { toolCallLine, type ToolCallResult } from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import type { Appearance } from '../../terminal/appearance.js';
import { paintFor } from '../../terminal/styles.js';
import { turnToolCalls, type FinishedTurn } from '../../turn/turn-tool-calls.js';

export interface ToolCallFinderOptions {
  client: Client;
  context: Context;
  /** Told why they are not known: that fails no turn. */
  notify: (line: string) => void;
}

/** The tool calls of a turn; null when they are not known. Ctrl-C skips them. */
export async function findToolCalls(
  turn: FinishedTurn,
  { client, context, notify }: ToolCallFinderOptions,
): Promise<ToolCallResult[] | null> {
  try {
    return await turnToolCalls(client, turn, context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!context.signal.aborted) notify(`the tool calls are not known: ${error.message}`);
    return null;
  }
}

/** Prints a line for each on stderr; on a terminal it is cut to the window. */
export function printToolCalls(
  calls: readonly ToolCallResult[],
  { stderr }: Pick<Context, 'stderr'>,
  appearance: Appearance,
): void {
  const columns = stderr.isTTY ? (stderr.columns ?? 80) : undefined;
  const paint = paintFor(appearance);
  const arrow = appearance.screenReader ? '->' : '→';
  for (const call of calls) stderr.write(`${paint.dim(toolCallLine(call, { columns, arrow }))}\n`);
}
