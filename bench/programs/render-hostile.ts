// Renders replies that are made to be slow, 300 kB of each in pieces of 4 characters; prints the lowest rate.
import { createReplyRenderer } from '../../src/terminal/markdown/reply-renderer.js';
import { HOSTILE } from '../../test/terminal/markdown/hostile.js';

const SIZE = 300_000;
const PIECE = 4;

/** MB/s. */
function rateOf(reply: string): number {
  const renderer = createReplyRenderer({ width: () => 80, style: { color: true }, wrap: true });
  const started = process.hrtime.bigint();
  let printed = 0;
  for (let at = 0; at < reply.length; at += PIECE) {
    printed += renderer.write(reply.slice(at, at + PIECE)).length;
  }
  if (printed + renderer.end().length === 0) throw new Error('nothing was printed');
  return reply.length / 1e6 / (Number(process.hrtime.bigint() - started) / 1e9);
}

const rates = HOSTILE.map(([, text]) => rateOf(text(SIZE)));
process.stdout.write(JSON.stringify({ rate: Math.min(...rates) }));
