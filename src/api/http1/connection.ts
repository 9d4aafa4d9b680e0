import type { Socket } from 'node:net';
import { atEndOfRound } from '../../base/batch-writes.js';
import type { Dial } from './dial.js';
import type { ResponseHead } from './response-head.js';
import { ResponseParser, type ResponseSink } from './response-parser.js';

/** What is received at once, in bytes; the memory of one connection. */
const RECEIVED_BYTES = 16 * 1024;

/** Whoever sends a request over a connection and waits for its response. */
export interface Requester extends ResponseSink {
  /** The connection is open: the request is about to be written. */
  onOpen(): void;
  /** Whether more may come at once; if not, `resume` says when. */
  readonly isReady: boolean;
  /** The response is whole; the connection may carry another request by now. */
  onComplete(): void;
  /** There is no more response: an error of the network or HttpSyntaxError. */
  onError(error: Error): void;
}

export interface ConnectionWatch {
  /** It may carry another request. */
  onIdle(connection: Connection, keptSeconds: number | undefined): void;
  onEnd(connection: Connection): void;
}

/** One connection that carries one request at a time, and never another one after anything odd. */
export class Connection {
  /** Requests written so far. */
  sent = 0;
  /** Bytes received so far. */
  received = 0;
  readonly #socket: Socket;
  readonly #watch: ConnectionWatch;
  #isOpen = false;
  #requester: Requester | undefined;
  #parser: ResponseParser | undefined;
  #head: ResponseHead | undefined;
  /** Written when the connection is open and this round of the event loop ends. */
  #waiting: string | Buffer | undefined;

  constructor(dial: Dial, watch: ConnectionWatch) {
    this.#watch = watch;
    const buffer = Buffer.allocUnsafeSlow(RECEIVED_BYTES);
    const callback = (length: number): boolean => this.#take(buffer.subarray(0, length));
    this.#socket = dial({ buffer, callback });
    this.#socket.once(dial.opened, () => this.#open());
    this.#socket.on('end', () => this.#finishByEnd());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => {
      this.close();
      watch.onEnd(this);
    });
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  /** Sends a request; its requester is told what comes of it, until it is whole or has failed. */
  send(bytes: string | Buffer, requester: Requester): void {
    this.#requester = requester;
    this.#head = undefined;
    this.#parser = new ResponseParser({
      onHead: (head) => {
        this.#head = head;
        requester.onHead(head);
      },
      onData: (piece) => requester.onData(piece),
    });
    this.#waiting = bytes;
    if (this.#isOpen) this.#writeSoon();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it, also while it opens; the requester is told nothing any more. */
  destroy(): void {
    this.#requester = undefined;
    this.#socket.destroy();
  }

  /** Ends it as the other side might: a requester is told. */
  close(): void {
    this.#fail(cut());
  }

  #open(): void {
    this.#isOpen = true;
    this.#writeSoon();
  }

  #writeSoon(): void {
    atEndOfRound(() => this.#write());
  }

  #write(): void {
    const [bytes, requester] = [this.#waiting, this.#requester];
    this.#waiting = undefined;
    // One that ended meanwhile tells its requester so.
    if (bytes === undefined || !requester || this.#socket.destroyed) return;
    requester.onOpen();
    this.sent++;
    this.#socket.write(bytes, 'latin1');
  }

  /** Gives whether more is to be received. */
  #take(bytes: Buffer): boolean {
    this.received += bytes.length;
    const [requester, parser] = [this.#requester, this.#parser];
    if (!requester || !parser || this.#waiting !== undefined) {
      // Nobody asked.
      this.#socket.destroy();
      return false;
    }
    try {
      const end = parser.push(bytes);
      if (this.#requester !== requester) return false;
      if (!parser.isWhole) return requester.isReady;
      this.#finish(requester, end === bytes.length);
      return true;
    } catch (error) {
      this.#fail(error instanceof Error ? error : cut());
      return false;
    }
  }

  #finish(requester: Requester, isClean: boolean): void {
    this.#requester = undefined;
    // A response to a request that is not whole yet says nothing about what follows.
    const { isKept = false, keptSeconds } = this.#head ?? {};
    this.#parser = this.#head = undefined;
    if (isClean && isKept && this.#socket.writableLength === 0) {
      this.#watch.onIdle(this, keptSeconds);
    } else this.#socket.destroy();
    requester.onComplete();
  }

  #finishByEnd(): void {
    const requester = this.#requester;
    if (requester && this.#parser?.end()) this.#finish(requester, false);
    else this.#fail(cut());
  }

  #fail(error: Error): void {
    const requester = this.#requester;
    this.destroy();
    requester?.onError(error);
  }
}

function cut(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}
