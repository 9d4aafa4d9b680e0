import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openProgress } from '../../src/terminal/progress.js';
import { stillClock } from '../helpers/still-clock.js';

const CLEAR = '\r\x1b[2K';

function progressTo(isWatched = true) {
  let written = '';
  const stderr = Object.assign(
    new Writable({
      write(chunk: Buffer, _, done) {
        written += chunk.toString();
        done();
      },
    }),
    { columns: 20 },
  );
  const clock = stillClock();
  return { clock, progress: openProgress({ stderr, clock }, isWatched), written: () => written };
}

test('nothing is said of what is soon done', () => {
  const { clock, progress, written } = progressTo();
  progress.show('1 of 2');
  clock.advance(999);
  progress.show('2 of 2');
  progress.end();
  expect(written()).toBe('');
});

test('what takes long is told now and then on one line, which is gone in the end', () => {
  const { clock, progress, written } = progressTo();
  clock.advance(1_000);
  progress.show('1 of 3');
  progress.show('2 of 3');
  clock.advance(100);
  progress.show('3 of 3 and more than the window is wide');
  progress.end();
  progress.end();
  expect(written()).toBe(`${CLEAR}1 of 3${CLEAR}3 of 3 and more tha${CLEAR}`);
});

test('nobody who does not watch is told', () => {
  const { clock, progress, written } = progressTo(false);
  clock.advance(5_000);
  progress.show('1 of 3');
  progress.end();
  expect(written()).toBe('');
});
