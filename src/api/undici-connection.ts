import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client, type buildConnector, type Dispatcher } from 'undici';

/** A connection is replaced after this time, so that a changed DNS address is followed. */
const MAX_AGE_MS = 60_000;
/** Before the system probes a silent connection, in milliseconds. */
const KEEP_ALIVE_PROBE_MS = 60_000;

const CLIENT_OPTIONS: Client.Options = {
  // Only a request whose connection carries no other one is sent once, whatever happens to it.
  pipelining: 1,
  // Every request has bounds of its own.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveMaxTimeout: MAX_AGE_MS,
};

/**
 * All sockets read into these buffers: with one of Node's for each, thousands of sockets would fill the memory. Most
 * replies fit into the small one.
 */
const smallBuffer = Buffer.alloc(4 * 1024);
const largeBuffer = Buffer.alloc(32 * 1024);

/** Valid for TLS sockets too, although Node's types have them only for plain ones. */
interface ReadOptions {
  onread: OnReadOpts;
  highWaterMark: number;
}

type OpenSocket = (reading: ReadOptions) => Socket;

/** Connections to one server. The one used last is taken first, so that surplus ones fall idle. */
export class ConnectionPool {
  /** A URL for all clients: from a text, each client would make its own. */
  readonly #origin: URL;
  readonly #openSocket: OpenSocket;
  readonly #openEvent: 'connect' | 'secureConnect';
  readonly #sockets = new Set<Socket>();
  readonly #free: Connection[] = [];
  isClosed = false;

  constructor(base: URL) {
    const host = base.hostname.replace(/^\[|\]$/g, '');
    const isTls = base.protocol === 'https:';
    const options = { host, port: Number(base.port) || (isTls ? 443 : 80), noDelay: true };
    this.#origin = new URL(base.origin);
    this.#openSocket = isTls
      ? tlsConnector(options)
      : (reading) => connect({ ...options, ...reading });
    this.#openEvent = isTls ? 'secureConnect' : 'connect';
  }

  take(): Connection {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isUsable) return free;
    }
    return new Connection(this.#origin, this);
  }

  /** Takes back a connection that may carry another request. */
  put(connection: Connection): void {
    this.#free.push(connection);
  }

  open(onOpen: () => void, readsMuch: () => boolean): Socket {
    const buffer = (): Buffer => (readsMuch() ? largeBuffer : smallBuffer);
    const callback = (length: number, bytes: Uint8Array): boolean =>
      socket.push(Buffer.from(bytes.subarray(0, length)));
    const reading = { onread: { buffer, callback }, highWaterMark: smallBuffer.length };
    const socket = this.#openSocket(reading).setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket.once(this.#openEvent, onOpen);
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.#sockets) socket.destroy(connectionClosed());
  }
}

/** Resumes the last TLS session, which saves a round trip. */
function tlsConnector(options: { host: string; port: number }): OpenSocket {
  const servername = isIP(options.host) ? '' : options.host;
  let session: Buffer | undefined;
  return (reading) => {
    const tls = { ...options, ...reading, servername, session, ALPNProtocols: ['http/1.1'] };
    return (
      connectTls(tls)
        .on('session', (fresh: Buffer) => (session = fresh))
        // A session that cannot be resumed may be the cause.
        .once('error', () => (session = undefined))
    );
  };
}

/** A request that is told when its connection has to be opened first. */
export interface PooledRequest extends Dispatcher.DispatchHandlers {
  onConnecting(): void;
}

/** One connection, which carries one request at a time. */
export class Connection {
  readonly #pool: ConnectionPool;
  readonly #client: Client;
  #socket: Socket | undefined;
  #request: PooledRequest | undefined;
  /** It was opened, whatever has become of it since. */
  isOpened = false;
  #isOld = false;
  /** Whether the response is long and may be read at full speed. */
  readsMuch = false;
  /** Requests written so far. */
  #written = 0;

  constructor(origin: URL, pool: ConnectionPool) {
    this.#pool = pool;
    const open: buildConnector.connector = (_, callback) => this.#open(callback);
    this.#client = new Client(origin, { ...CLIENT_OPTIONS, connect: open });
  }

  get isUsable(): boolean {
    return this.isOpened && this.#socket?.destroyed === false;
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  dispatch(options: Dispatcher.DispatchOptions, request: PooledRequest): void {
    this.#request = request;
    this.#client.dispatch(options, request);
  }

  /** Counts a request that is about to be written. Returns whether there was one before. */
  countWritten(): boolean {
    return this.#written++ > 0;
  }

  /** The request needs the connection no longer. */
  release(): void {
    this.#request = undefined;
    this.readsMuch = false;
    const socket = this.#socket;
    if (!socket) return;
    if (this.#isOld) {
      socket.destroy();
      return;
    }
    this.#pool.put(this);
    if (socket.writableLength > 0) setImmediate(() => endUnlessWritten(socket));
  }

  /** Ends the connection if it is still being opened. */
  cancel(reason: Error): void {
    if (!this.isOpened) this.#socket?.destroy(reason);
  }

  #open(callback: buildConnector.Callback): void {
    this.isOpened = this.#isOld = false;
    this.#written = 0;
    this.#request?.onConnecting();
    let age: NodeJS.Timeout | undefined;
    const onOpen = (): void => {
      this.isOpened = true;
      age = setTimeout(() => this.#retire(), MAX_AGE_MS).unref();
      callback(null, socket);
    };
    const socket = this.#pool.open(onOpen, () => this.readsMuch);
    this.#socket = socket;
    socket.on('error', (error) => callback(error, null));
    socket.once('close', () => {
      clearTimeout(age);
      callback(connectionClosed(), null);
    });
  }

  /** Ends the connection now if it is idle, else after its request. */
  #retire(): void {
    this.#isOld = true;
    if (!this.#request) this.#socket?.destroy();
  }
}

/**
 * Ends a connection whose request has its response but is not written to its end. A TLS socket reports
 * its last write only after a fast response, so this is known an event-loop phase later.
 */
function endUnlessWritten(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

/** The error of a connection that ended without one of its own. */
export function connectionClosed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}
