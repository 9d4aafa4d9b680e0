import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { printRendered } from '../../src/terminal/reply-printer.js';
import { openProgress, openSpinner } from '../../src/terminal/status-line.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { delta, done, STARTED } from '../chat/scene.js';
import { manualClock } from '../helpers/manual-clock.js';
import { stillClock } from '../helpers/still-clock.js';
import { deferred } from '../sandbox/start.js';

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
  progress.show(() => '1 of 2');
  clock.advance(999);
  progress.show(() => '2 of 2');
  progress.end();
  expect(written()).toBe('');
});

test('what takes long is told now and then on one line, which is gone in the end', () => {
  const { clock, progress, written } = progressTo();
  clock.advance(1_000);
  progress.show(() => '1 of 3');
  progress.show(() => '2 of 3');
  clock.advance(100);
  progress.show(() => '3 of 3 and more than the window is wide');
  progress.end();
  progress.end();
  expect(written()).toBe(`${CLEAR}1 of 3${CLEAR}3 of 3 and more tha${CLEAR}`);
});

test('nobody who does not watch is told', () => {
  const { clock, progress, written } = progressTo(false);
  clock.advance(5_000);
  progress.show(() => '1 of 3');
  progress.end();
  expect(written()).toBe('');
});

/** A terminal that stderr and stdout share, with what was ever written to stderr. */
function sharedScreen(columns = 40) {
  const terminal = new xterm.Terminal({
    ...{ cols: columns, rows: 12, convertEol: true, allowProposedApi: true },
  });
  let written = '';
  const output = (onText: (text: string) => void) => {
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        onText(chunk.toString());
        terminal.write(chunk.toString());
        done();
      },
    });
    return Object.assign(stream, {
      ...{ isTTY: true, columns },
      cursorTo: (column: number) => cursorTo(stream, column),
      moveCursor: (right: number, down: number) => moveCursor(stream, right, down),
      clearLine: (direction: -1 | 0 | 1) => clearLine(stream, direction),
    });
  };
  const stderr = output((text) => (written += text));
  const stdout = output(() => undefined);
  return {
    stderr,
    stdout,
    written: () => written,
    async resize(cols: number) {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      terminal.resize(cols, 12);
      for (const stream of [stdout, stderr]) stream.columns = cols;
    },
    async rows(): Promise<string[]> {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      const rows = Array.from({ length: 12 }, (_, row) => {
        return active.getLine(row)?.translateToString(true).trimEnd() ?? '';
      });
      return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
    },
  };
}

const PLAIN = {
  ...{ color: false, noticeColor: false, screenReader: false, dumb: false, animation: true },
  ...{ markdown: true, raw: false, wrap: true },
};
const WAITING = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the assistant$/;
const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]$/;

/** `send` on a terminal; its events come when the test gives them. */
async function sending({ columns = 40, verbose = false, appearance = PLAIN } = {}) {
  const screen = sharedScreen(columns);
  const clock = manualClock();
  let next = deferred<ReplyEvent | Error>();
  /** Resolves when all that came before has been printed. */
  let asked = deferred();
  async function* events(): AsyncGenerator<ReplyEvent> {
    for (;;) {
      asked.resolve(undefined);
      const event = await next.promise;
      next = deferred();
      if (event instanceof Error) throw event;
      yield event;
      if (event.type === 'done') return;
    }
  }
  const spinner = verbose ? undefined : await openSpinner(screen.stderr);
  const printed = printRendered(events(), { appearance, spinner, verbose }, { ...screen, clock });
  await asked.promise;
  return {
    ...screen,
    printed,
    clock,
    async comes(event: ReplyEvent | Error) {
      asked = deferred();
      next.resolve(event);
      if (event instanceof Error || event.type === 'done') await clock.advance(0);
      else await asked.promise;
    },
  };
}

describe('the spinner of send', () => {
  test('turns until the first word, and leaves what is printed then alone', async () => {
    const { comes, rows, printed } = await sending();
    const [first = '', ...rest] = await rows();
    expect([WAITING.test(first), rest]).toEqual([true, []]);
    await comes(STARTED);
    await comes(delta('Nice to '));
    expect(await rows()).toEqual(['Nice to']);
    await comes(delta('meet you.'));
    await comes(done('Nice to meet you.'));
    expect(await printed).toBe('c-1');
    expect(await rows()).toEqual(['Nice to meet you.']);
  });

  test('comes back below an unfinished line after two seconds, which then goes on', async () => {
    const { comes, rows, clock, printed } = await sending();
    const words = 'One line that goes on and on until it is longer than the window';
    await comes(delta(`${words} `));
    await clock.advance(1_999);
    const before = await rows();
    expect(before).toHaveLength(2);
    await clock.advance(1);
    expect((await rows()).slice(0, 2)).toEqual(before);
    expect((await rows())[2]).toMatch(SPINNER);
    await comes(delta('is wide. '));
    expect((await rows()).join(' ')).toBe(`${words} is wide.`);
    await clock.advance(2_000);
    expect((await rows()).at(-1)).toMatch(SPINNER);
    await comes(done(`${words} is wide. End.`));
    await printed;
    expect((await rows()).join(' ')).toBe(`${words} is wide. End.`);
  });

  test('goes on in the right place when the window has changed', async () => {
    const { comes, rows, clock, resize } = await sending();
    await comes(delta('These words are wrapped by nobody '));
    await clock.advance(2_000);
    await resize(20);
    await comes(delta('else.\n\nEnd '));
    expect(await rows()).toEqual(['These words are wrap', 'ped by nobody else.', '', 'End']);
  });

  test('comes and goes between paragraphs without an empty line of its own', async () => {
    const { comes, rows, clock } = await sending();
    await comes(delta('One.\n\n'));
    await clock.advance(2_000);
    expect((await rows()).at(-1)).toMatch(SPINNER);
    await comes(delta('Two '));
    expect(await rows()).toEqual(['One.', '', 'Two']);
  });

  test('is gone when there is no reply, or none any more', async () => {
    for (const words of ['', 'Half a ']) {
      const { comes, rows, clock, printed, written } = await sending();
      await comes(delta(words));
      await clock.advance(2_000);
      const failed = expect(printed).rejects.toThrow('no reply');
      await comes(new Error('no reply'));
      await failed;
      expect(written()).toContain('waiting for the assistant');
      expect(await rows()).toEqual(words === '' ? [] : ['Half a']);
    }
  });

  test('does not turn on a terminal that does not know its width', async () => {
    expect(await openSpinner(Object.assign(sharedScreen().stderr, { columns: 0 }))).toBeUndefined();
  });
});

describe('a reply whose stream is cut', () => {
  const search: ReplyEvent = { type: 'search', error: new AppError('network', 'cut off') };

  test('goes on where it was when it is found', async () => {
    const { comes, rows, printed } = await sending();
    await comes(delta('Half a sen'));
    await comes(search);
    await comes(done('Half a sentence, and more.', { recovered: true }));
    await printed;
    expect(await rows()).toEqual(['Half a sentence, and more.']);
  });

  test('goes on below what is told of it', async () => {
    const { comes, rows, printed } = await sending({ verbose: true });
    await comes(delta('Half a sen'));
    await comes(search);
    await comes(done('Half a sentence.', { recovered: true }));
    await printed;
    expect(await rows()).toEqual([
      ...['Half a', 'cut off; the answer was lost: looking fo', 'r it', 'the answer was found'],
      ' sentence.',
    ]);
  });

  test('is printed whole when it is another one', async () => {
    const { comes, rows, printed } = await sending();
    await comes(delta('Half a sen'));
    await comes(search);
    await comes(done('Other words.', { recovered: true }));
    await printed;
    expect(await rows()).toEqual([
      ...['Half a sen', 'the reply was cut off; here it is in ful', 'l', 'Other words.'],
    ]);
  });
});
