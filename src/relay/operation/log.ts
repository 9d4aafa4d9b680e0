import pino, { destination as fileDestination, type DestinationStream } from 'pino';
import type { Writable } from 'node:stream';
import type { Clock } from '../../base/time.js';

/** Lines of JSON for whoever runs the relay. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  /** A line for each request: the facts are asked for only where the level is logged. */
  request(level: Level, facts: () => object): void;
  /** Writes at once what waits to be written: the process is about to end. */
  flush: () => void;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Lines wait for others to be written with, as many characters and milliseconds at most. */
const MOST_UNWRITTEN = 16_000;
const WRITE_MS = 200;
/** For a reader who is slower than we: more is dropped, in bytes (4 MiB). */
const MOST_WAITING = 4 * 1024 * 1024;
/** From the first flush, which is the end of the process, a reader who takes nothing is waited for, in milliseconds. */
const LONGEST_FLUSH_MS = 500;

type LogClock = Pick<Clock, 'now' | 'monotonic'>;

/** Logs to a stream; to one with a descriptor, without making anything else wait for it. */
export function openLog(stream: Writable, level: string, clock: LogClock): Log {
  const { destination, flush } = openDestination(stream, clock);
  const timestamp = isoTime(() => clock.now());
  const log = pino(
    {
      level,
      base: null,
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    info: (facts, message) => log.info(facts, message),
    warn: (facts, message) => log.warn(facts, message),
    error: (facts, message) => log.error(facts, message),
    debug: (facts, message) => log.debug(facts, message),
    request(of, facts) {
      if (!log.isLevelEnabled(of)) return;
      // As pino writes it, in one piece: for each request, its many small ones would cost more.
      const rest = JSON.stringify(facts()).slice(1);
      destination.write(`{"level":"${of}"${timestamp()},"msg":"request",${rest}\n`);
    },
    flush,
  };
}

function openDestination(
  stream: Writable,
  clock: LogClock,
): { destination: DestinationStream; flush: () => void } {
  if (!('fd' in stream) || typeof stream.fd !== 'number') {
    return { destination: stream, flush: () => undefined };
  }
  let flushedSince: number | undefined;
  const retryEAGAIN = (): boolean =>
    flushedSince === undefined || clock.monotonic() - flushedSince < LONGEST_FLUSH_MS;
  const { fd } = stream;
  const destination = fileDestination({ fd, sync: false, maxLength: MOST_WAITING, retryEAGAIN });
  // A log that nobody reads must not end the service.
  destination.on('error', () => undefined);
  const lines = new LineBatch(destination);
  setInterval(() => lines.flush(), WRITE_MS).unref();
  const flush = (): void => {
    lines.flush();
    flushedSince ??= clock.monotonic();
    flushNow(destination);
  };
  return { destination: lines, flush };
}

/** Puts lines together: with each that pino's destination is given, it copies all that waits there. */
class LineBatch implements DestinationStream {
  readonly #destination: DestinationStream;
  #text = '';

  constructor(destination: DestinationStream) {
    this.#destination = destination;
  }

  write(line: string): void {
    this.#text += line;
    if (this.#text.length >= MOST_UNWRITTEN) this.flush();
  }

  flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#destination.write(text);
  }
}

function flushNow(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch {
    // It was never opened, or is closed: there is nothing to write to.
  }
}

/** The time as pino takes it, written anew once a millisecond. */
function isoTime(now: () => Date): () => string {
  let last = NaN;
  let text = '';
  return () => {
    const date = now();
    if (date.getTime() !== last) text = `,"time":"${date.toISOString()}"`;
    last = date.getTime();
    return text;
  };
}
