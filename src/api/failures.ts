import { AppError } from '../base/errors.js';
import type { Signal } from '../base/time.js';

/** For a connection that something ended, or that nobody let through. */
export const ON_THE_WAY_HINT =
  'check the network and what is on the way: a proxy, a VPN, a firewall';

const CERTIFICATE_FAILED = 'no trusted connection to';
const TLS_HINT =
  'a company proxy may need its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; also check the clock';

/** Words before the host, and hints for the program and the library alike: no flags or variables of ours. */
const BY_CODE: Record<string, readonly [words: string, hint: string]> = {
  ENOTFOUND: ['could not find the host', 'check the network, DNS and the base URL'],
  EAI_AGAIN: ['could not look up the host', 'check the network and DNS'],
  EPROTO: [
    'no TLS connection to',
    'what listens there does not speak TLS: check the base URL and the proxy',
  ],
  ECONNREFUSED: [
    'connection refused by',
    'check the base URL, and that a server or proxy listens there',
  ],
  ECONNRESET: ['connection cut by', ON_THE_WAY_HINT],
  EPIPE: ['connection cut by', ON_THE_WAY_HINT],
  ERR_STREAM_PREMATURE_CLOSE: ['connection cut by', ON_THE_WAY_HINT],
  ETIMEDOUT: ['no connection to', ON_THE_WAY_HINT],
  EHOSTUNREACH: ['no route to', ON_THE_WAY_HINT],
  ENETUNREACH: ['no network to reach', ON_THE_WAY_HINT],
  CERT_HAS_EXPIRED: [
    CERTIFICATE_FAILED,
    'its certificate has expired, or the clock of this machine is wrong',
  ],
  CERT_NOT_YET_VALID: [
    CERTIFICATE_FAILED,
    'the clock of this machine is wrong, or its certificate is from the future',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    CERTIFICATE_FAILED,
    'its certificate is of another host: check the base URL, and that no proxy answers in its place',
  ],
};

const NO_HTTP_HINT = 'check the base URL and the proxy: something else listens there';

/** A failure of the network in words. */
export function networkError(error: unknown, host: string): AppError {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) {
    const message = `the answer of ${host} is not HTTP`;
    return new AppError('network', message, { hint: NO_HTTP_HINT, cause: error });
  }
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code);
  const [words, hint] =
    BY_CODE[code] ?? (isTls ? [CERTIFICATE_FAILED, TLS_HINT] : ['the network failed with']);
  const suffix = code ? ` (${code})` : '';
  return new AppError('network', `${words} ${host}${suffix}`, { hint, cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return '';
  // Node's https reports OpenSSL's own reasons as EPROTO.
  return code.startsWith('ERR_SSL_') ? 'EPROTO' : code;
}

// The failures of requests that we end ourselves.

export function totalTimeout(ms: number): AppError {
  return new AppError('timeout', `no answer within ${seconds(ms)}`);
}

export function connectTimeout(host: string, ms: number): AppError {
  const message = `no connection to ${host} within ${seconds(ms)}`;
  return new AppError('timeout', message, { hint: ON_THE_WAY_HINT });
}

export function silenceTimeout(ms: number): AppError {
  return new AppError('timeout', `the answer stopped for ${seconds(ms)}`, {
    hint: ON_THE_WAY_HINT,
  });
}

export function otherProtocol(host: string): AppError {
  return new AppError('network', `${host} wants to speak another protocol`, { hint: NO_HTTP_HINT });
}

export function responseTooLarge(): AppError {
  return new AppError('api', 'the answer is larger than 16 MiB');
}

/** The end that a signal was aborted for. */
export function interruptedBy({ reason }: Pick<Signal, 'reason'>): AppError {
  const { kind, message } =
    reason instanceof AppError ? reason : { kind: 'interrupted' as const, message: 'interrupted' };
  return new AppError(kind, message);
}

export function proxyRefused(status: number): AppError {
  const hint =
    status === 407
      ? 'put the login into the proxy URL: http://name:password@host:port'
      : 'check the proxy URL: what listens there may be no proxy, or not let you through';
  const answer = Number.isInteger(status) ? `${status}` : 'something that is not HTTP';
  return new AppError('network', `the proxy answered ${answer}`, { hint });
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
