import type { AppError } from '../base/errors.js';

/** What a failed send of a turn calls for. */
export type Verdict =
  /** It was not run: after a wait it may be sent again. */
  | 'resend'
  /** It may have been run: the conversation knows. */
  | 'search'
  /** Neither would help. */
  | 'report';

export function verdictOn({ kind, details }: AppError): Verdict {
  const { delivery, status } = details;
  if (kind === 'interrupted' || kind === 'terminated') return 'report';
  if (delivery === 'unknown') return 'search';
  if (delivery === 'not_sent')
    return kind === 'network' || kind === 'timeout' ? 'resend' : 'report';
  return status === 429 || status === 409 ? 'resend' : 'report';
}

/** Timeouts of a gateway: the server behind it may be at work still. 524 is Cloudflare's. */
const GATEWAY_TIMEOUTS = [504, 524];

/**
 * Whether a turn of unknown fate may be running still. A server error was the end of it, and so was a
 * kept connection that died without a byte of answer; a timeout was not, whoever's it is, nor a
 * connection that broke in between.
 */
export function mayStillRun({ details }: AppError): boolean {
  const { status, diedIdle = false } = details;
  if (status === undefined) return !diedIdle;
  return status < 500 || GATEWAY_TIMEOUTS.includes(status);
}
