import { AppError } from '../../errors.js';

/** The failure of a message of a person, when it may be there all the same; `look` shows the conversation. */
export function lostMessage(error: unknown, look: string): unknown {
  if (!(error instanceof AppError) || error.details.delivery !== 'unknown') return error;
  const { kind, message, details, cause } = error;
  const hint = `it may be there: look with ${look} before saying it again`;
  return new AppError(kind, message, { ...details, hint, wasRepeatable: true, cause });
}
