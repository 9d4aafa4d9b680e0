import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { openProgress, withSpinner } from '../../src/terminal/status-line.js';
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

/** A screen that stderr and stdout share, with what was ever written to stderr. */
function sharedScreen() {
  const terminal = new xterm.Terminal({
    cols: 40,
    rows: 4,
    convertEol: true,
    allowProposedApi: true,
  });
  let written = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written += chunk.toString();
      terminal.write(chunk.toString());
      done();
    },
  });
  const stderr = Object.assign(stream, {
    isTTY: true,
    columns: 40,
    cursorTo: (column: number) => cursorTo(stream, column),
    moveCursor: (columns: number, rows: number) => moveCursor(stream, columns, rows),
    clearLine: (direction: -1 | 0 | 1) => clearLine(stream, direction),
  });
  const row = async (): Promise<string | undefined> => {
    await new Promise<void>((resolve) => terminal.write('', resolve));
    return terminal.buffer.active.getLine(0)?.translateToString(true);
  };
  return { stderr, print: (text: string) => terminal.write(text), written: () => written, row };
}

async function* reply(...pieces: string[]) {
  yield await Promise.resolve({ type: 'start', text: '' });
  for (const text of pieces) yield { type: 'delta', text };
  yield { type: 'done', text: '' };
}

async function* failure() {
  yield { type: 'start', text: '' };
  await Promise.reject(new Error('no reply'));
}

test('a spinner turns until the first text, and leaves what is printed then alone', async () => {
  const { stderr, print, written, row } = sharedScreen();
  for await (const { text } of withSpinner(reply('Nice ', 'to meet ', 'you.'), stderr)) print(text);
  expect(written()).toContain('waiting for the assistant');
  expect(await row()).toBe('Nice to meet you.');
});

test('a spinner is gone when there was no reply', async () => {
  const { stderr, print, written, row } = sharedScreen();
  const watched = async (): Promise<void> => {
    for await (const { text } of withSpinner(failure(), stderr)) print(text);
  };
  await expect(watched()).rejects.toThrow('no reply');
  expect(written()).toContain('waiting for the assistant');
  expect(await row()).toBe('');
});

test('no spinner turns on a terminal that does not know its width', async () => {
  const { stderr, print, written, row } = sharedScreen();
  const blind = Object.assign(stderr, { columns: 0 });
  for await (const { text } of withSpinner(reply('hello'), blind)) print(text);
  expect(written()).toBe('');
  expect(await row()).toBe('hello');
});
