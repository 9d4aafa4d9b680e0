import { AppError, type Delivery } from '../errors.js';

const HINTS: Record<string, string> = {
  ENOTFOUND: 'check the network, DNS and --base-url',
  EAI_AGAIN: 'check the network and DNS',
  EPROTO: 'what listens there does not speak TLS: check --base-url and HTTPS_PROXY',
  ECONNREFUSED: 'check --base-url, and that a server or proxy listens there',
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'the clock of this machine is wrong, or its certificate is from the future',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is of another host: check --base-url, and that no proxy answers in its place',
};
const TLS_HINT =
  'a company proxy may need its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; also check the clock';

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

/** A failure of the network in words. `delivery` is what it means for a turn that was on its way, if one was. */
export function networkError(
  error: unknown,
  host: string,
  delivery: Delivery | undefined,
): AppError {
  const code = codeOf(error);
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code);
  const words = isTls ? 'no trusted connection to' : (WORDS[code] ?? 'the network failed with');
  const message = code.startsWith('HPE_')
    ? `the answer of ${host} is not HTTP`
    : `${words} ${host}`;
  const hint = HINTS[code] ?? (isTls ? TLS_HINT : undefined);
  const suffix = code && !code.startsWith('HPE_') ? ` (${code})` : '';
  return new AppError('network', message + suffix, { hint, delivery, cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return '';
  // OpenSSL's own reasons, which Node tells through https as EPROTO.
  return code.startsWith('ERR_SSL_') ? 'EPROTO' : code;
}
