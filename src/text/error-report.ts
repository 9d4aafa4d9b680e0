import type { AppError } from '../base/errors.js';
import { sanitizeLine } from './sanitize.js';

/** Longer than any line of ours; an API's own words may be longer. */
const MAX_LINE = 2_000;

/** A failure for a person: message, hint, and the known details of the turn. */
export function errorLines(error: AppError): string[] {
  const { hint, conversationId, delivery, requestId, wasRepeatable } = error.details;
  const lines = [`error: ${error.message}`];
  if (delivery === 'unknown') {
    const repeats = wasRepeatable ? 'at most once' : 'it was not sent again';
    lines.push(`delivery: unknown, the message may have been delivered; ${repeats}`);
  }
  if (hint) lines.push(`hint: ${hint}`);
  if (conversationId) lines.push(`conversation: ${conversationId}`);
  if (requestId) lines.push(`request: ${requestId}`);
  return lines.map((line) => sanitizeLine(line, MAX_LINE));
}

/** A failure for a program. Every key is present; unknown values are null. */
export function errorJson(error: AppError): { error: Record<string, string | number | null> } {
  const { hint, status, code, requestId, conversationId, delivery } = error.details;
  return {
    error: {
      kind: error.kind,
      message: error.message,
      hint: hint ?? null,
      status: status ?? null,
      code: code ?? null,
      request_id: requestId ?? null,
      conversation_id: conversationId ?? null,
      delivery: delivery ?? null,
    },
  };
}
