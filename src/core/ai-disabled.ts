import { AppError, type ErrorDetails } from '../errors.js';

/** The refusal of a turn in a conversation that a person has taken over. */
export function aiDisabled(details: ErrorDetails): AppError {
  return new AppError(
    'ai_disabled',
    'AI is disabled on this conversation: a person has taken it over',
    {
      ...details,
      hint: 'telnyx-chat conversations release lets the assistant answer again; say adds a message of a person',
    },
  );
}
