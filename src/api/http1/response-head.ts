import type { IncomingHttpHeaders } from 'node:http';
import { HttpSyntaxError } from './syntax-error.js';

export interface ResponseHead {
  status: number;
  /** Names in lower case; of a header that comes twice, the first counts. */
  headers: IncomingHttpHeaders;
  /** How the end of the body is known: by so many bytes, by chunks, or by the connection's end. */
  framing: number | 'chunked' | 'until end';
  /** The connection may carry another request after this one. */
  isKept: boolean;
  /** For how long without a request the server says it keeps it, in seconds. */
  keptSeconds: number | undefined;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
/** Control characters, a CR or LF that ends no line, a line that goes on with the one before. */
const OUTSIDE_TEXT = /[\0-\x08\v\f\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n|\n[ \t]/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const LENGTH = /^\d{1,15}$/;

/** Reads a head without the empty line that ends it. Throws HttpSyntaxError on what two readers could take differently. */
export function parseHead(text: string): ResponseHead {
  if (OUTSIDE_TEXT.test(text)) throw new HttpSyntaxError('a character outside of what a head has');
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined) throw new HttpSyntaxError('no status line');
  const headers = headersIn(lines);
  const framing = framingOf(Number(status), headers);
  const isKept = framing !== 'until end' && isKeptBy(headers.connection, minor === '1');
  return { status: Number(status), headers, framing, isKept, keptSeconds: keptFor(headers) };
}

/** Throws HttpSyntaxError on the beginning of what will never be a head. */
export function assertHeadBeginning(text: string): void {
  const end = text.indexOf('\r\n');
  const isStatusLine =
    end >= 0 ? STATUS_LINE.test(text.slice(0, end)) : 'HTTP/1.'.startsWith(text.slice(0, 7));
  if (!isStatusLine || /(?<!\r)\n/.test(text)) throw new HttpSyntaxError('no head');
}

function headersIn(lines: readonly string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name)) throw new HttpSyntaxError('no name of a header');
    const value = line.slice(colon + 1).trim();
    if (headers[name] === undefined) headers[name] = value;
    else if (name === 'connection') headers[name] += `, ${value}`;
    else if (name === 'content-length' || name === 'transfer-encoding') {
      throw new HttpSyntaxError('more than one length');
    }
  }
  return headers;
}

function framingOf(status: number, headers: IncomingHttpHeaders): ResponseHead['framing'] {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (encoding !== undefined) {
    if (encoding.toLowerCase() === 'chunked' && length === undefined) return 'chunked';
    throw new HttpSyntaxError('a length that is none');
  }
  if (length !== undefined && !LENGTH.test(length)) throw new HttpSyntaxError('no length');
  if (status < 200 || status === 204 || status === 304) return 0;
  return length === undefined ? 'until end' : Number(length);
}

function isKeptBy(connection: string | undefined, isUsual: boolean): boolean {
  if (connection === undefined) return isUsual;
  const options = connection.toLowerCase().split(/[\t ]*,[\t ]*/);
  return !options.includes('close') && (isUsual || options.includes('keep-alive'));
}

function keptFor({ 'keep-alive': hint }: IncomingHttpHeaders): number | undefined {
  const [, seconds] = /\btimeout=(\d{1,6})\b/i.exec(typeof hint === 'string' ? hint : '') ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
