import { describe, expect, test } from 'vitest';
import { showTurn } from '../../src/chat/show-turn.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { deferred } from '../sandbox/start.js';
import { manualClock, type ManualClock } from '../helpers/manual-clock.js';
import { TestTerminal } from '../terminal/editor/terminal.js';
import { delta, done, scene, STARTED } from './scene.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

/** A turn on a terminal whose events come when the test gives them. */
function turnOn(size: readonly [number, number], isAnimated = true) {
  const terminal = new TestTerminal(size, { animated: isAnimated });
  const clock: ManualClock = manualClock();
  const { chat } = scene();
  let next = deferred<ReplyEvent | undefined>();
  Object.assign(chat.ports, { editor: terminal.editor, clock, isAnimated });
  Object.assign(chat.ports, {
    openReplyPrinter: () => Promise.resolve({ write: (text: string) => text, end: () => '\n' }),
    async *takeTurn() {
      for (;;) {
        const event = await next.promise;
        next = deferred();
        if (event === undefined) throw new Error('the turn is over');
        yield event;
        if (event.type === 'done') return;
      }
    },
  });
  const turn = showTurn(chat, 'hello');
  return {
    turn,
    terminal,
    async passes(ms: number) {
      await clock.advance(ms);
      terminal.time.pass(ms);
    },
    async comes(...events: ReplyEvent[]) {
      for (const event of events) {
        next.resolve(event);
        await clock.advance(0);
      }
    },
  };
}

const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the assistant/;

describe.each(SIZES)('the spinner at %i×%i', (...size) => {
  test('leaves at the first word and comes back after two seconds of silence, below it', async () => {
    const { turn, terminal, passes, comes } = turnOn(size);
    await passes(100);
    expect((await terminal.screen())[0]).toMatch(SPINNER);
    await comes(STARTED, delta('Half a sen'));
    expect(await terminal.screen()).toEqual(['Half a sen', '', '> ▏']);
    await passes(1_999);
    expect(await terminal.screen()).toEqual(['Half a sen', '', '> ▏']);
    await passes(1);
    const [first, spinner, ...rest] = await terminal.screen();
    expect([first, ...rest]).toEqual(['Half a sen', '', '> ▏']);
    expect(spinner).toMatch(SPINNER);
    await comes(delta('tence.'));
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
    await comes(done('Half a sentence.'));
    await turn;
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
    expect(terminal.time.running).toBe(0);
  });

  test('comes and goes after a whole line, and before a new paragraph', async () => {
    const { terminal, passes, comes } = turnOn(size);
    await comes(STARTED, delta('One.\n'));
    await passes(2_000);
    expect((await terminal.screen())[1]).toMatch(SPINNER);
    await comes(delta('\n'));
    expect(await terminal.screen()).toEqual(['One.', '', '> ▏']);
    await passes(2_000);
    expect((await terminal.screen())[2]).toMatch(SPINNER);
    await comes(delta('Two'));
    expect(await terminal.screen()).toEqual(['One.', '', 'Two', '', '> ▏']);
  });

  test('says that a lost reply is looked for, as long as it is', async () => {
    const { terminal, passes, comes } = turnOn(size);
    const error = new Error('cut') as never;
    await comes(STARTED, delta('Half a'), { type: 'search', error });
    const [, status] = await terminal.screen();
    expect(status).toContain('the answer was lost: looking for it');
    await passes(2_000);
    expect((await terminal.screen())[1]).toContain('looking for it 2s');
    await comes(done('Half a sentence.', { recovered: true }));
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
  });

  test('never comes back where nothing may move', async () => {
    const { terminal, passes, comes } = turnOn(size, false);
    await comes(STARTED, delta('Half a'));
    await passes(60_000);
    expect(await terminal.screen()).toEqual(['Half a', '', '> ▏']);
  });
});
