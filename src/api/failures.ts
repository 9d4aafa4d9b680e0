import { AppError, type Delivery } from '../base/errors.js';
import type { Signal } from '../base/time.js';

/** For a connection that something ended, or that nobody let through. */
export const ON_THE_WAY_HINT =
  'check the network and what is on the way: a proxy, a VPN, a firewall';

// For the program and the library alike: no flags or variables of ours.
const HINTS: Record<string, string> = {
  ENOTFOUND: 'check the network, DNS and the base URL',
  EAI_AGAIN: 'check the network and DNS',
  EPROTO: 'what listens there does not speak TLS: check the base URL and the proxy',
  ECONNREFUSED: 'check the base URL, and that a server or proxy listens there',
  ECONNRESET: ON_THE_WAY_HINT,
  EPIPE: ON_THE_WAY_HINT,
  ERR_STREAM_PREMATURE_CLOSE: ON_THE_WAY_HINT,
  ETIMEDOUT: ON_THE_WAY_HINT,
  EHOSTUNREACH: ON_THE_WAY_HINT,
  ENETUNREACH: ON_THE_WAY_HINT,
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'the clock of this machine is wrong, or its certificate is from the future',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is of another host: check the base URL, and that no proxy answers in its place',
};
const TLS_HINT =
  'a company proxy may need its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; also check the clock';

export const NO_HTTP_HINT = 'check the base URL and the proxy: something else listens there';

const WORDS: Record<string, string> = {
  ENOTFOUND: 'could not find the host',
  EAI_AGAIN: 'could not look up the host',
  ECONNREFUSED: 'connection refused by',
  ECONNRESET: 'connection cut by',
  EPROTO: 'no TLS connection to',
  EPIPE: 'connection cut by',
  ERR_STREAM_PREMATURE_CLOSE: 'connection cut by',
  ETIMEDOUT: 'no connection to',
  EHOSTUNREACH: 'no route to',
  ENETUNREACH: 'no network to reach',
};

/** A failure of the network in words. `delivery` is what it means for a turn that was being sent, if any. */
export function networkError(
  error: unknown,
  host: string,
  delivery: Delivery | undefined,
): AppError {
  const code = codeOf(error);
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code);
  const words = isTls ? 'no trusted connection to' : (WORDS[code] ?? 'the network failed with');
  if (code.startsWith('HPE_'))
    return new AppError('network', `the answer of ${host} is not HTTP`, {
      hint: NO_HTTP_HINT,
      delivery,
      cause: error,
    });
  const message = `${words} ${host}`;
  const hint = HINTS[code] ?? (isTls ? TLS_HINT : undefined);
  const suffix = code ? ` (${code})` : '';
  return new AppError('network', message + suffix, { hint, delivery, cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return '';
  // Node's https reports OpenSSL's own reasons as EPROTO.
  return code.startsWith('ERR_SSL_') ? 'EPROTO' : code;
}

/** Why we end a request ourselves. */
export interface RequestEnd {
  kind: AppError['kind'];
  message: string;
  hint?: string;
}

export function totalTimeout(ms: number): RequestEnd {
  return { kind: 'timeout', message: `no answer within ${seconds(ms)}` };
}

export function connectTimeout(host: string, ms: number): RequestEnd {
  const message = `no connection to ${host} within ${seconds(ms)}`;
  return { kind: 'timeout', message, hint: ON_THE_WAY_HINT };
}

export function silenceTimeout(ms: number): RequestEnd {
  const message = `the answer stopped for ${seconds(ms)}`;
  return { kind: 'timeout', message, hint: ON_THE_WAY_HINT };
}

export function otherProtocol(host: string): RequestEnd {
  const message = `${host} wants to speak another protocol`;
  return { kind: 'network', message, hint: NO_HTTP_HINT };
}

export const RESPONSE_TOO_LARGE: RequestEnd = {
  kind: 'api',
  message: 'the answer is larger than 16 MiB',
};

/** The end that a signal was aborted for. */
export function interruptedBy({ reason }: Pick<Signal, 'reason'>): RequestEnd {
  return reason instanceof AppError
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
