import { framingFor, type BodyFraming } from './body-framing.js';
import { assertHeadBeginning, parseHead, type ResponseHead } from './response-head.js';
import { HttpSyntaxError } from './syntax-error.js';

/** Largest head, in bytes: as Node has it. */
const LONGEST_HEAD = 16 * 1024;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Told of one response. */
export interface ResponseSink {
  onHead(head: ResponseHead): void;
  /** A piece of the body; its memory is used again after the call. */
  onData(piece: Buffer): void;
}

/** One response out of bytes that are cut anywhere; those before the final one (1xx) are passed over. */
export class ResponseParser {
  readonly #sink: ResponseSink;
  readonly #onData: (piece: Buffer) => void;
  /** Of a head that is not whole yet, in latin1. */
  #head = '';
  #body: BodyFraming | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
    this.#onData = (piece) => sink.onData(piece);
  }

  get isWhole(): boolean {
    return this.#body?.isWhole ?? false;
  }

  /** Gives where the response ended, or the end of the bytes. Throws HttpSyntaxError. */
  push(bytes: Buffer): number {
    let at = 0;
    while (!this.#body && at < bytes.length) at = this.#takeHead(bytes, at);
    return this.#body ? this.#body.take(bytes, at, this.#onData) : at;
  }

  /** The connection has ended; true when the response is whole by that. */
  end(): boolean {
    return this.#body?.endsWithConnection ?? false;
  }

  #takeHead(bytes: Buffer, at: number): number {
    // Its end may have begun in what came before.
    const isCut = this.#head !== '';
    const end = isCut ? -1 : bytes.indexOf(END_OF_HEAD, at);
    if (end < 0) return this.#takeCutHead(bytes, at);
    this.#understand(bytes.toString('latin1', at, end));
    return end + END_OF_HEAD.length;
  }

  #takeCutHead(bytes: Buffer, at: number): number {
    const known = this.#head.length;
    const text = this.#head + bytes.toString('latin1', at, at + LONGEST_HEAD + 1);
    const end = text.indexOf('\r\n\r\n', Math.max(0, known - 3));
    if (end < 0) {
      assertHeadBeginning(text);
      if (text.length > LONGEST_HEAD) throw new HttpSyntaxError('a head too long');
      this.#head = text;
      return bytes.length;
    }
    this.#head = '';
    this.#understand(text.slice(0, end));
    return at + end + END_OF_HEAD.length - known;
  }

  #understand(text: string): void {
    if (text.length > LONGEST_HEAD) throw new HttpSyntaxError('a head too long');
    const head = parseHead(text);
    if (head.status < 200 && head.status !== 101) return;
    this.#body = framingFor(head.framing);
    this.#sink.onHead(head);
  }
}
