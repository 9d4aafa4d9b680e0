// Loaded late by `deliver`: few sends fail.
import { AppError } from '../base/errors.js';
import type { RetryOptions } from '../base/retry.js';
import { retentionOff } from '../conversations/assistants.js';
import { aiDisabled } from '../conversations/update.js';
import type { SentTurn, TurnPorts } from './events.js';
import { search, type LostTurn, type SearchResult } from './search.js';

/**
 * Throws the failure when it stays unknown whether the turn was delivered. A search that is stopped leaves
 * it as unknown as before.
 */
export async function searchOrStop(
  ports: TurnPorts,
  lost: LostTurn,
  options: RetryOptions,
): Promise<Exclude<SearchResult, { type: 'unknown' }>> {
  const result = await search(ports, lost, options).catch((error: unknown) => {
    if (!options.signal.aborted) throw error;
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw stop.but({ delivery: 'unknown' });
  });
  if (result.type === 'unknown') throw lost.failure;
  return result;
}

/** The failure of a turn that was not run, as its conversation has shown. */
export function notRun(failure: AppError): AppError {
  return failure.but({
    delivery: failure.details.status === undefined ? 'not_sent' : 'refused',
  });
}

/** Limit on the request that explains a refused turn, in milliseconds. */
const MAX_EXPLANATION_MS = 5_000;

/**
 * A 400 may mean that a person has taken the conversation over, or that the assistant keeps no data,
 * without which Telnyx does not chat. It documents no code for either, so both are looked up.
 */
export async function explained(
  ports: TurnPorts,
  error: AppError,
  { turn, options }: { turn: SentTurn; options: RetryOptions },
): Promise<AppError> {
  if (error.kind === 'ai_disabled' || error.details.status !== 400) return error;
  const call = options.deadline.callOptions(options.signal, MAX_EXPLANATION_MS);
  // The first failure is the one to report: one of these says only that it has no explanation.
  const read = <T>(request: Promise<T>): Promise<T | undefined> => request.catch(() => undefined);
  const conversation = read(ports.getConversation(turn.conversationId, call));
  const assistant = read(ports.getAssistant(turn.assistantId, call));
  const isTakenOver = (await conversation)?.metadata['ai_disabled'] === 'true';
  if (isTakenOver) return aiDisabled({ ...error.details, cause: error.cause });
  return (await assistant)?.dataRetention === false ? retentionOff(error) : error;
}
