import type { AppError, ErrorKind } from '../errors.js';
import { sanitizeLine } from './sanitize.js';

/** Longer than any line of ours; an API's own words may be longer. */
const MAX_LINE = 2_000;

/** A failure for a person: message, hint, and the known details of the turn, with its ids or without. */
export function errorLines(error: AppError, { ids = true } = {}): string[] {
  const { hint, conversationId, delivery, requestId, wasRepeatable } = error.details;
  const lines = [`error: ${error.message}`];
  if (delivery === 'unknown') {
    const repeats = wasRepeatable ? 'at most once' : 'it was not sent again';
    lines.push(`delivery: unknown, the message may have been delivered; ${repeats}`);
  }
  if (hint) lines.push(`hint: ${hint}`);
  if (ids && conversationId) lines.push(`conversation: ${conversationId}`);
  if (ids && requestId) lines.push(`request: ${requestId}`);
  return lines.map((line) => sanitizeLine(line, MAX_LINE));
}

/** The guide, and the section of it, that says more of a failure than its hint has room for. */
const GUIDES: Partial<Record<ErrorKind, string>> = {
  not_configured: 'troubleshooting set-up',
  auth: 'troubleshooting what-telnyx-says',
  ai_disabled: 'conversations-guide take-over-from-the-assistant',
  network: 'troubleshooting the-network',
};

/** The topic of `help` about a failure; undefined where the hint says it all. */
export function guideOf({ kind, details }: AppError): string | undefined {
  if (details.delivery === 'unknown') return 'delivery';
  return kind === 'api' && details.status !== undefined
    ? 'troubleshooting what-telnyx-says'
    : GUIDES[kind];
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
