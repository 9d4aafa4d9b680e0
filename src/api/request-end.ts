import { AppError, type Delivery } from '../errors.js';
import { NO_HTTP_HINT, ON_THE_WAY_HINT } from './network-error.js';

/** Why we end a request ourselves, in words. */
export interface RequestEnd {
  kind: AppError['kind'];
  message: string;
  hint?: string;
}

export function noAnswer(ms: number): RequestEnd {
  return { kind: 'timeout', message: `no answer within ${seconds(ms)}` };
}

export function noConnection(host: string, ms: number): RequestEnd {
  const message = `no connection to ${host} within ${seconds(ms)}`;
  return { kind: 'timeout', message, hint: ON_THE_WAY_HINT };
}

export function answerStopped(ms: number): RequestEnd {
  const message = `the answer stopped for ${seconds(ms)}`;
  return { kind: 'timeout', message, hint: ON_THE_WAY_HINT };
}

export function otherProtocol(host: string): RequestEnd {
  const message = `${host} wants to speak another protocol`;
  return { kind: 'network', message, hint: NO_HTTP_HINT };
}

export const ANSWER_TOO_LARGE: RequestEnd = {
  kind: 'api',
  message: 'the answer is larger than 16 MiB',
};

/** What a signal was aborted with. */
export function calledOff({ reason }: AbortSignal): RequestEnd {
  const isOurs = reason instanceof AppError;
  return isOurs
    ? { kind: reason.kind, message: reason.message }
    : { kind: 'interrupted', message: 'interrupted' };
}

export function proxyRefused(status: number): RequestEnd {
  const hint =
    status === 407
      ? 'put the login into the proxy URL: http://name:password@host:port'
      : 'check the proxy URL: what listens there may be no proxy, or not let you through';
  const answer = Number.isInteger(status) ? `${status}` : 'something that is not HTTP';
  return { kind: 'network', message: `the proxy answered ${answer}`, hint };
}

export function endedBy({ kind, message, hint }: RequestEnd, delivery: Delivery): AppError {
  return new AppError(kind, message, { hint, delivery });
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
