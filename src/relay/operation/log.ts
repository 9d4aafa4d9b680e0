// Loaded late: pino is for `serve` alone.
import type { Writable } from 'node:stream';
import pino, { destination as fileDestination, type DestinationStream, type Logger } from 'pino';
import type { Clock } from '../../base/time.js';
import { atEndOfRound } from '../http/answer.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** The operator's log, a line of JSON for each entry. */
export interface Log extends Pick<Logger, Level | 'isLevelEnabled'> {
  /** Resolves when everything is written, or cannot be. */
  settled: () => Promise<void>;
  /** Writes everything at once, because the process is about to end. */
  flush: () => void;
}

/** Lines are written together, in this many characters or after this many milliseconds. */
const BATCH_LENGTH = 16_000;
const BATCH_MS = 200;
/** For a reader that is too slow, more than 4 MiB are dropped. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024;
/** At the end of the process, a reader that takes nothing is waited for this many milliseconds. */
const MAX_FLUSH_MS = 500;

type LogClock = Pick<Clock, 'now' | 'monotonic'>;

/** Logs to a stream. Writing to one with a file descriptor never blocks the process. */
export function openLog(stream: Writable, level: string, clock: LogClock): Log {
  const { destination, settled, flush } = openDestination(stream, clock);
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${clock.now().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return Object.assign(pino(options, destination), { settled, flush });
}

interface Destination extends Pick<Log, 'settled' | 'flush'> {
  destination: DestinationStream;
}

function openDestination(stream: Writable, clock: LogClock): Destination {
  if (!('fd' in stream) || typeof stream.fd !== 'number') {
    return { destination: stream, settled: () => Promise.resolve(), flush: () => undefined };
  }
  let flushedAt: number | undefined;
  const file = fileDestination({
    fd: stream.fd,
    sync: false,
    minLength: BATCH_LENGTH,
    periodicFlush: BATCH_MS,
    maxLength: MAX_UNWRITTEN_BYTES,
    retryEAGAIN: () => flushedAt === undefined || clock.monotonic() - flushedAt < MAX_FLUSH_MS,
  });
  // A log that nobody reads must not end the service, and pino would try for ever to flush it.
  let isBroken = false;
  file.on('error', () => (isBroken = true));
  let isClosed = false;
  const { write, writeLines } = inRounds((lines) => {
    if (!isClosed) file.write(lines);
  });
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, MAX_FLUSH_MS).unref();
      writeLines();
      file.flush(() => resolve());
    });
  const flush = (): void => {
    flushedAt ??= clock.monotonic();
    try {
      writeLines();
      if (!isBroken) file.flushSync();
      else if (!isClosed) file.destroy();
      // The lines of a round may come after the end.
      isClosed = isBroken;
    } catch {
      // The descriptor is closed, so there is nowhere to write.
    }
  };
  return { destination: { write }, settled, flush };
}

/** At each write pino counts the bytes of all that waits, so the lines of a round are written as one. */
function inRounds(writeAll: (lines: string) => void) {
  let lines = '';
  const writeLines = (): void => {
    writeAll(lines);
    lines = '';
  };
  const write = (line: string): void => {
    if (lines === '') atEndOfRound(writeLines);
    lines += line;
  };
  return { write, writeLines };
}
