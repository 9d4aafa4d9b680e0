import { isStop, type AppError } from '../base/errors.js';

/** The next step after a failed send of a turn. */
export type Verdict =
  /** It was not run: after a wait it may be sent again. */
  | 'resend'
  /** It may have been run: the conversation shows whether. */
  | 'search'
  /** Neither would help. */
  | 'report';

export function verdictOn(error: AppError): Verdict {
  const { kind, details } = error;
  const { delivery, status } = details;
  if (isStop(error)) return 'report';
  if (delivery === 'unknown') return 'search';
  if (delivery === 'not_sent')
    return kind === 'network' || kind === 'timeout' ? 'resend' : 'report';
  return WAITING_HELPS.includes(status ?? 0) ? 'resend' : 'report';
}

/** Refusals of a turn that pass: too many, another one running, and a 503 that says when to come back. */
const WAITING_HELPS = [409, 429, 503];

/** Timeouts of a gateway: the server behind it may still be running the turn. 524 is Cloudflare's. */
const GATEWAY_TIMEOUTS = [504, 524];

/**
 * Whether a turn may still be running after this failure. An error of Telnyx's own server ended it, and
 * so did a kept connection that died without a byte of answer. A timeout, a broken connection or a
 * gateway's error did not.
 */
export function mayStillRun({ details }: AppError): boolean {
  const { status, diedIdle = false, fromGateway = false } = details;
  if (fromGateway) return true;
  if (status === undefined) return !diedIdle;
  return status < 500 || GATEWAY_TIMEOUTS.includes(status);
}
