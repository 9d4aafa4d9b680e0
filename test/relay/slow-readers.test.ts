import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { CALLER_BOUNDS } from '../../src/relay/server.js';
import { boundedRelay } from '../helpers/bounded-relay.js';

/** More than a system keeps for a reader. */
const LONG = 'x'.repeat(32_000_000);
/** Longer than a busy machine keeps the slow reader from its next piece. */
const STALLED_MS = 2_000;

/** A caller who asks, and takes nothing of the answer yet. */
function asking(url: string, accept: string): Socket {
  const body = '{"message":"hello"}';
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

/** How much comes until the connection ends, or as much as is wanted has come. */
function received(socket: Socket, wanted: number): Promise<number> {
  let size = 0;
  return new Promise((resolve) => {
    socket.on('close', () => resolve(size));
    socket.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size >= wanted) resolve(size);
    });
  });
}

test.each(['application/json', 'text/event-stream'])(
  'who takes nothing of a long answer (%s) is given up, who takes it slowly is not',
  async (accept) => {
    const { url } = await boundedRelay({ ...CALLER_BOUNDS, stalledMs: STALLED_MS }, LONG);
    const gone = asking(url, accept);
    const slow = asking(url, accept);
    let size = 0;
    const whole = new Promise((resolve, reject) => {
      slow.on('close', () => reject(new Error(`cut after ${size} bytes`)));
      // Some megabytes within the bound: the system tells of no fewer.
      slow.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > LONG.length) resolve(undefined);
        slow.pause();
        setTimeout(() => slow.resume(), 5);
      });
    });
    slow.resume();
    await whole;
    expect(await received(gone.resume(), LONG.length)).toBeLessThan(LONG.length);
  },
  60_000,
);
