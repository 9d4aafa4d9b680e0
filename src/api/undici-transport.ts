// Loaded late: undici is for `serve`, `test` and what reads many conversations.
import type { IncomingHttpHeaders } from 'node:http';
import { Exchange, type Carrier } from './exchange.js';
import { otherProtocol } from './failures.js';
import type { HttpRequest } from './http.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';
import {
  connectionClosed,
  ConnectionPool,
  type Connection,
  type PooledRequest,
} from './undici-connection.js';

/** HTTP over undici, which carries several times what node:http does: for commands that take many turns. */
export function createUndiciTransport(options: TransportOptions): Transport {
  if (options.proxy) return createTransport(options);
  const base = new URL(options.baseUrl);
  const pool = new ConnectionPool(base);
  const prefix = base.pathname.replace(/\/$/, '');
  const { host } = base;
  const exchangeOptions = { ...options, host };
  return {
    request(request) {
      const exchange = new Exchange(request, exchangeOptions);
      return exchange.response(new UndiciCarrier(exchange, { pool, request, prefix, host }));
    },
    close: () => pool.close(),
  };
}

interface UndiciCarrierOptions {
  pool: ConnectionPool;
  request: HttpRequest;
  /** The path of the base URL. */
  prefix: string;
  host: string;
}

/** Carries one request over a connection of the pool. */
class UndiciCarrier implements Carrier, PooledRequest {
  readonly #exchange: Exchange;
  readonly #options: UndiciCarrierOptions;
  #connection: Connection | undefined;
  #isWritten = false;
  #abort: ((error: Error) => void) | undefined;
  #resume: (() => void) | undefined;

  constructor(exchange: Exchange, options: UndiciCarrierOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  get received(): number {
    return this.#connection?.received ?? 0;
  }

  /** undici itself refuses what would be another request, or more than one. */
  send(): void {
    const { pool, request, prefix } = this.#options;
    const { method, path, headers, body = null } = request;
    this.#connection = pool.take();
    this.#connection.dispatch({ method, path: prefix + path, headers, body }, this);
  }

  abort(reason: Error): void {
    if (this.#abort) this.#abort(reason);
    else this.#connection?.cancel(reason);
  }

  resume(): void {
    this.#resume?.();
  }

  onConnecting(): void {
    this.#exchange.onConnecting();
  }

  /** The request is about to be written. Throwing takes it off the connection, which stays usable. */
  onConnect(abort: (error?: Error) => void): void {
    if (this.#exchange.isEnded || this.#isWritten) {
      this.#connection?.release();
      throw new Error('the request is not to be written');
    }
    this.#isWritten = true;
    this.#abort = abort;
    this.#exchange.onWrite({ isKept: this.#connection?.countWritten() ?? false });
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    // Other informational responses only come before the final one.
    if (status < 200 && status !== 101) return true;
    this.#resume = resume;
    this.#exchange.onHead(status, headersFrom(headers));
    return true;
  }

  onUpgrade(): void {
    // Never asked for; undici requires the handler.
  }

  onData(piece: Buffer): boolean {
    const mayGoOn = this.#exchange.onData(piece);
    if (this.#connection) this.#connection.readsMuch = mayGoOn && this.#exchange.isReadFast;
    return mayGoOn;
  }

  onComplete(): void {
    this.#connection?.release();
    this.#exchange.onComplete();
  }

  onError(error: Error): void {
    if (this.#exchange.isEnded) return;
    if (codeOf(error) === 'UND_ERR_INVALID_ARG') {
      this.#connection?.release();
      throw new TypeError(error.message);
    }
    if (this.#diedUnused(error)) this.send();
    else if (error.message === 'bad upgrade') {
      this.#exchange.fail(otherProtocol(this.#options.host));
    } else this.#exchange.onError(withNodeCode(error, this.#exchange.hasHead));
  }

  /** A kept connection that dies before the request is written says nothing about the request. */
  #diedUnused(error: Error): boolean {
    const isKept = !this.#isWritten && (this.#connection?.isOpened ?? false);
    return isKept && !isOfUndici(error) && !this.#options.pool.isClosed;
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function isOfUndici(error: Error): boolean {
  return codeOf(error).startsWith('UND_ERR_');
}

/** undici's own errors under the codes that node:http has for the same. */
function withNodeCode(error: Error, hasHead: boolean): Error {
  const code = codeOf(error);
  if (code === 'HPE_INVALID_EOF_STATE') return connectionClosed();
  if (code === 'ERR_ASSERTION') return notHttp(error);
  if (!isOfUndici(error)) return error;
  const isBadHead =
    code === 'UND_ERR_HEADERS_OVERFLOW' ||
    error.message === 'bad response' ||
    // Within a body it means that the body was cut.
    (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !hasHead);
  return isBadHead ? notHttp(error) : connectionClosed();
}

function notHttp({ message }: Error): Error {
  return Object.assign(new Error(message), { code: 'HPE_INVALID' });
}

/** Names in lower case; of a header that comes twice, the first counts. */
function headersFrom(pairs: readonly Buffer[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index]?.toString('latin1').toLowerCase() ?? '';
    headers[name] ??= pairs[index + 1]?.toString('latin1').trim() ?? '';
  }
  return headers;
}
