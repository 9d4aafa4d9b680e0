import { HttpSyntaxError } from './syntax-error.js';
import type { ResponseHead } from './response-head.js';

/** Finds the end of a body among bytes that are cut anywhere. */
export interface BodyFraming {
  /** Takes what belongs to the body; gives where that ended. Throws HttpSyntaxError. */
  take(bytes: Buffer, at: number, onData: (piece: Buffer) => void): number;
  readonly isWhole: boolean;
  /** The connection's end is that of the body. */
  readonly endsWithConnection: boolean;
}

export function framingFor(kind: ResponseHead['framing']): BodyFraming {
  if (kind === 'chunked') return new ChunkedBody();
  return new SizedBody(kind === 'until end' ? Infinity : kind);
}

class SizedBody implements BodyFraming {
  readonly endsWithConnection: boolean;
  #left: number;

  constructor(size: number) {
    this.#left = size;
    this.endsWithConnection = size === Infinity;
  }

  get isWhole(): boolean {
    return this.#left === 0;
  }

  take(bytes: Buffer, at: number, onData: (piece: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (end > at) onData(bytes.subarray(at, end));
    return end;
  }
}

const LF = 10;
/** A line beside the data: a size with what extends it, a trailer. In bytes, as those of all trailers. */
const LONGEST_LINES = 16 * 1024;
const SIZE = /^([\da-f]{1,8})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;
const TRAILER = /^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*$/;

class ChunkedBody implements BodyFraming {
  readonly endsWithConnection = false;
  /** What is read now: data, or one of the lines around them. */
  #part: 'size' | 'data' | 'data end' | 'trailer' | 'end' = 'size';
  /** Of the chunk. */
  #left = 0;
  /** A line so far. */
  #line = '';
  #trailerBytes = 0;

  get isWhole(): boolean {
    return this.#part === 'end';
  }

  take(bytes: Buffer, start: number, onData: (piece: Buffer) => void): number {
    let at = start;
    while (at < bytes.length && this.#part !== 'end') {
      at = this.#part === 'data' ? this.#takeData(bytes, at, onData) : this.#takeLine(bytes, at);
    }
    return at;
  }

  #takeData(bytes: Buffer, at: number, onData: (piece: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#part = 'data end';
    onData(bytes.subarray(at, end));
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    const end = lf < 0 ? bytes.length : lf + 1;
    this.#line += bytes.toString('latin1', at, end);
    if (this.#line.length > LONGEST_LINES) throw new HttpSyntaxError('a line too long');
    if (lf < 0) return end;
    if (!this.#line.endsWith('\r\n')) throw new HttpSyntaxError('a line without its end');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#understand(line);
    return end;
  }

  #understand(line: string): void {
    if (this.#part === 'size') this.#begin(SIZE.exec(line)?.[1]);
    else if (this.#part === 'trailer') this.#passOver(line);
    else if (line === '') this.#part = 'size';
    else throw new HttpSyntaxError('a chunk longer than its size');
  }

  #begin(size: string | undefined): void {
    if (size === undefined) throw new HttpSyntaxError('no size of a chunk');
    this.#left = Number.parseInt(size, 16);
    this.#part = this.#left === 0 ? 'trailer' : 'data';
  }

  #passOver(trailer: string): void {
    if (trailer === '') this.#part = 'end';
    else if (!TRAILER.test(trailer)) throw new HttpSyntaxError('no trailer');
    this.#trailerBytes += trailer.length + 2;
    if (this.#trailerBytes > LONGEST_LINES) throw new HttpSyntaxError('too many trailers');
  }
}
