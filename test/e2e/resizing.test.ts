import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { heldTurns, openChat } from '../helpers/chat.js';
import { ENTER, pasted, TAB } from '../helpers/keys.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

/** As a person drags the corner of a window: smaller, larger, and back. */
const dragged = ([columns, rows]: readonly [number, number]): [number, number][] => [
  [columns - 7, rows],
  [columns - 15, rows - 2],
  [columns, rows],
  [columns + 20, rows + 5],
  [columns + 20, rows],
  [columns, rows],
];

describe.each(SIZES)('a resize of a window of %i×%i', (...size) => {
  it('while a draft is typed loses and doubles nothing', async () => {
    const { terminal, say } = await openChat({ size });
    await say('hello', /Hello![^]*\n>$/);
    const words = 'a draft of words that takes more than one row in a narrow window';
    terminal.type(words);
    await terminal.until(
      () => terminal.text().endsWith('narrow window'),
      () => terminal.text(),
    );
    for (const [columns, rows] of dragged(size)) {
      terminal.resize(columns, rows);
      await terminal.pause();
    }
    const rows = `> ${words}▏`.match(new RegExp(`.{1,${size[0]}}`, 'g')) ?? [];
    await terminal.ends(rows.map((row) => row.trimEnd()));
    expect(terminal.text().match(/a draft/g)).toHaveLength(1);
    expect(terminal.text().match(/Hello!/g)).toHaveLength(1);
  });

  it('while Tab lists commands leaves one prompt', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(`/e${TAB}`);
    await terminal.shows(/^\/exit /m);
    for (const [columns, rows] of dragged(size)) {
      terminal.resize(columns, rows);
      await terminal.pause();
    }
    await terminal.shows(/^\/exit /m);
    terminal.type('\x7f\x7f');
    await terminal.until(
      () => terminal.text() === '>',
      () => terminal.text(),
    );
  });

  it('while a turn runs and a reply comes loses and doubles nothing', async () => {
    const turns = heldTurns();
    const { terminal } = await openChat({ size, intercept: turns.intercept });
    terminal.type(`list${ENTER}`);
    await turns.arrived;
    terminal.type('next');
    for (const [columns, rows] of dragged(size)) {
      terminal.resize(columns, rows);
      await terminal.pause();
    }
    turns.release();
    for (const [columns, rows] of dragged(size)) {
      terminal.resize(columns, rows);
      await setTimeout(30);
    }
    await terminal.shows(/You said: "list"[^]*\n> next$/);
    expect(terminal.text().match(/You said/g)).toHaveLength(1);
    expect(terminal.text().match(/next/g)).toHaveLength(1);
  });

  it('with a long draft keeps the cursor in sight, and sends it whole', async () => {
    const { terminal, say } = await openChat({ size });
    const lines = Array.from({ length: 20 }, (_, index) => `日本 line ${index}`);
    terminal.type(pasted(lines.join('\n')));
    await terminal.ends(['  日本 line 19▏']);
    for (const [columns, rows] of [...dragged(size), [2, 2], [200, 50], size] as const) {
      terminal.resize(columns, rows);
      await terminal.pause();
    }
    await terminal.ends(['  日本 line 18', '  日本 line 19▏']);
    await say('', 'You said:');
  });
});
