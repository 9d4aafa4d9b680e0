import { describe, expect, it } from 'vitest';
import { chatWith } from '../helpers/chat.js';
import { scriptedAccount } from '../helpers/scripted-account.js';
import { TerminalSession } from '../helpers/terminal.js';
import { deferred } from '../sandbox/start.js';
import { piecesOf, type Look } from '../terminal/markdown/markup.js';
import { CORPUS, dueLength, sourceOf, visible } from '../terminal/markdown/streamed.js';

const LOOKS: [name: string, argv: string[], env: Record<string, string>, look: Look][] = [
  ['in colour', [], {}, { color: true }],
  ['without colour', ['--no-color'], {}, {}],
  ['--screen-reader', ['--screen-reader'], {}, { glyphs: false, wrap: false }],
  ['TERM=dumb', [], { TERM: 'dumb' }, { glyphs: false, wrap: false }],
];
const WIDTHS = [80, 40, 200];

type Parts = (typeof CORPUS)[string];

/** A reply that goes on with a piece whenever it is told to. */
function steppedReply(parts: Parts, size: number) {
  const pieces = piecesOf(sourceOf(parts), size);
  const steps = pieces.map(() => deferred());
  const reply = pieces.flatMap((piece, index) => [piece, steps[index]!.promise]);
  return { reply, pieces, next: (index: number) => steps[index]!.resolve(undefined) };
}

/** Lets the reply go on piece by piece, each when all that is due of those before it is on the screen. */
async function stream(
  parts: Parts,
  look: Look,
  { pieces, next }: ReturnType<typeof steppedReply>,
  terminal: TerminalSession,
): Promise<void> {
  let sent = 0;
  for (const [index, piece] of pieces.entries()) {
    sent += piece.length;
    const due = dueLength(parts, sent, look);
    const shown = (): string => visible(terminal.text().replace(/^> go\n/, ''));
    await terminal.until(
      () => shown().length >= due,
      () => `${due} characters of\n${sourceOf(parts).slice(0, sent)}\nare shown, not\n${shown()}`,
    );
    next(index);
  }
}

describe.each(WIDTHS)('a reply that streams, at %d columns', (columns) => {
  describe.each(LOOKS)('%s', (_, argv, env, look) => {
    it.each(Object.entries(CORPUS))('shows all of %s but a word', async (name, parts) => {
      const stepped = steppedReply(parts, 4 + (name.length % 5));
      const options = { columns, rows: 24 };
      const command = ['send', '-q', 'go', ...argv];
      const account = await scriptedAccount({ reply: stepped.reply });
      const terminal = new TerminalSession(command, { ...options, env: { ...account, ...env } });
      await stream(parts, { ...look, width: columns }, stepped, terminal);
      expect(await terminal.exit).toBe(0);
      const atOnce = await scriptedAccount({ reply: [sourceOf(parts)] });
      const whole = new TerminalSession(command, { ...options, env: { ...atOnce, ...env } });
      expect(await whole.exit).toBe(0);
      expect(terminal.output).toBe(whole.output);
    });
  });

  it('does so in a chat, above the prompt', async () => {
    const parts = CORPUS['MARKDOWN']!;
    const size = [columns, 24] as const;
    const stepped = steppedReply(parts, 6);
    const chat = await chatWith({ size, env: await scriptedAccount({ reply: stepped.reply }) });
    chat.terminal.type('go\r');
    await stream(parts, { color: true, width: columns }, stepped, chat.terminal);
    await chat.terminal.shows(/End of it\n+>$/);
    const whole = await chatWith({
      size,
      env: await scriptedAccount({ reply: [sourceOf(parts)] }),
    });
    await whole.say('go', /End of it\n+>$/);
    expect(chat.terminal.allRows()).toEqual(whole.terminal.allRows());
  });
});
