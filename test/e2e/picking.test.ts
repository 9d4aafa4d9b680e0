import { describe, expect, it } from 'vitest';
import { seed } from '../../src/sandbox/control.js';
import { account } from '../helpers/account.js';
import { openChat, type OpenChat } from '../helpers/chat.js';
import { CTRL, DOWN, ENTER } from '../helpers/keys.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

const ESCAPE = '\x1b';
const HINTS = 'type to search · ↑↓ · Enter · Esc';

/** A chat with an account that has a hundred conversations, `/resume` typed and the picker open. */
async function picking(size: readonly [number, number]): Promise<OpenChat> {
  const given = await account();
  const { store, assistantId } = given.sandbox;
  const metadata = { assistant_id: assistantId, telnyx_conversation_channel: 'sms' };
  const means = { store, now: new Date(), randomId: () => crypto.randomUUID() };
  const seeded = { messages: 2, every_ms: 60_000, metadata };
  seed({ ...seeded, conversations: 99, name: 'Seeded' }, means);
  seed({ ...seeded, conversations: 1, name: 'Opening hours' }, means);
  seed({ ...seeded, conversations: 1, name: '' }, means);
  const chat = await openChat({ size, sandbox: given });
  await chat.say('/resume', /Which conversation\?[^]*type to search/);
  return chat;
}

const rowsOf = ({ terminal }: OpenChat): string[] =>
  terminal.rows().flatMap((row) => (row.trimEnd() === '' ? [] : [row.trimEnd()]));

describe.each(SIZES)('the picker of conversations at %i×%i', (...size) => {
  it('shows aligned columns, cut to the window, and its keys', async () => {
    const chat = await picking(size);
    const [typed, question, prompt, ...rows] = rowsOf(chat);
    expect([typed, question, prompt]).toEqual(['> /resume', 'Which conversation?', '>']);
    const [first = '', ...others] = rows;
    expect([first, ...others].some((row) => /^. question 1 +just now/.test(row))).toBe(true);
    expect(others.some((row) => /^ {2}Opening hours {2}just now/.test(row))).toBe(true);
    expect(first.startsWith('› ')).toBe(true);
    const ages = rows.slice(0, -1).map((row) => row.search(/just now|\d+ (s|min) ago/));
    expect(new Set(ages).size).toBe(1);
    expect(rows.at(-1)?.startsWith(HINTS)).toBe(true);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(size[0]);
  });

  it('narrows down, says when nothing matches, and is gone when one is chosen', async () => {
    const chat = await picking(size);
    chat.terminal.type('hourz');
    await chat.terminal.looks([
      ...['> /resume', 'Which conversation?', '> hourz▏', 'no conversation matches', HINTS],
    ]);
    chat.terminal.type('\x7f');
    await chat.terminal.pause();
    chat.terminal.type('s');
    await chat.terminal.pause();
    chat.terminal.type(ENTER);
    await chat.terminal.shows(/^> \/resume\n\S*conversation Opening hours\s[^]*\n>$/m);
    expect(chat.terminal.text()).not.toMatch(/Which|type to search|Seeded/);
  });

  it.each([
    ['Esc', ESCAPE],
    ['Ctrl-C', CTRL('c')],
  ])('is left with %s, and nothing of it stays', async (_, key) => {
    const chat = await picking(size);
    chat.terminal.type(DOWN.repeat(30));
    await chat.terminal.pause();
    chat.terminal.type(key);
    await chat.terminal.looks(['> /resume', '', '> ▏']);
    expect(chat.terminal.lines()).toEqual(['> /resume', '', '>']);
    await chat.say('hello', 'Hello');
  });

  it('scrolls to the last of a hundred', async () => {
    const chat = await picking(size);
    chat.terminal.type(DOWN.repeat(99));
    await chat.terminal.shows(/› Seeded +1 h ago[^\n]*\ntype to search/);
    chat.terminal.type(ENTER);
    await chat.terminal.shows(/conversation Seeded\s[\da-f-\n ]+[^]*> question 1/);
  });

  it('follows a resize, and leaves nothing of any size', async () => {
    const chat = await picking(size);
    for (const [columns, rows] of [
      [30, size[1]],
      [30, 8],
      [100, 8],
      [100, 30],
    ] as const) {
      chat.terminal.resize(columns, rows);
      await chat.terminal.until(
        () => rowsOf(chat).some((row) => row.startsWith('› ') && row.length > columns / 2),
        () => chat.terminal.text(),
      );
      await chat.terminal.pause();
      expect(chat.terminal.text().match(/Which/g)).toHaveLength(1);
    }
    chat.terminal.type(ESCAPE);
    await chat.terminal.until(
      () => chat.terminal.text() === '> /resume\n\n>',
      () => chat.terminal.text(),
    );
  });
});

it('a question that wants yes or no is left with Esc too', async () => {
  const chat = await openChat();
  await chat.say('hello', /Hello![^]*\n>$/);
  await chat.say('/retry', 'Send it again?');
  chat.terminal.type(ESCAPE);
  await chat.terminal.shows(/Send it again\?[^\n]*\n\n>$/);
  expect(chat.sandbox.requestCount('chat')).toBe(1);
});
