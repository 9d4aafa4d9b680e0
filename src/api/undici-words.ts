import type { IncomingHttpHeaders } from 'node:http';

/** Names to values; of a header that comes twice, the first counts. */
export function headersOf(raw: readonly Buffer[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toString('latin1').toLowerCase() ?? '';
    headers[name] ??= raw[at + 1]?.toString('latin1');
  }
  return headers;
}

/** What undici calls otherwise than Node. */
const CODES: Record<string, string> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_CLOSED: 'ECONNRESET',
  UND_ERR_DESTROYED: 'ECONNRESET',
  UND_ERR_HEADERS_OVERFLOW: 'HPE_HEADER_OVERFLOW',
};
/** A body that stopped too early; without a head, what came was none. */
const MISMATCH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

/** The error with the code that Node would give it. */
export function inNodesWords(error: Error & { code?: unknown }, hasHead: boolean): Error {
  const given = typeof error.code === 'string' ? error.code : '';
  const code = codeFor(given, hasHead);
  if (code === undefined) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code });
}

function codeFor(given: string, hasHead: boolean): string | undefined {
  if (given === MISMATCH) return hasHead ? 'ECONNRESET' : 'HPE_INVALID_CONTENT_LENGTH';
  return given.startsWith('ERR_SSL_') ? 'EPROTO' : CODES[given];
}
