import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../src/terminal/markdown/reply-renderer.js';
import { sanitize } from '../../src/text/sanitize.js';
import { TERMINAL_ATTACKS } from '../helpers/terminal-attacks.js';

/** What a terminal that printed the text looks like, and whatever else came of it. */
async function printed(text: string) {
  const terminal = new xterm.Terminal({
    cols: 80,
    rows: 24,
    allowProposedApi: true,
    logLevel: 'off',
  });
  const noticed: string[] = [];
  terminal.onTitleChange((title) => noticed.push(`title ${title}`));
  terminal.onData((data) => noticed.push(`typed ${JSON.stringify(data)}`));
  terminal.onBell(() => noticed.push('bell'));
  await new Promise<void>((resolve) => terminal.write(text.replaceAll('\n', '\r\n'), resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) =>
    active.getLine(row)?.translateToString(true),
  );
  const hidden = Array.from({ length: 80 }, (_, column) => {
    const cell = active.getLine(0)?.getCell(column);
    return (cell?.isInvisible() ?? 0) + (cell?.isAttributeDefault() ? 0 : 1);
  });
  return {
    noticed,
    screen: lines.join('\n').trimEnd(),
    cursor: [active.cursorX, active.cursorY],
    buffer: active.type,
    styledCells: hidden.filter((flag) => flag !== 0).length,
    modes: terminal.modes,
  };
}

describe('terminal attacks', () => {
  it.each(TERMINAL_ATTACKS)('$name does not $would', async ({ text, shown }) => {
    const safe = sanitize(text);
    expect(safe).toBe(shown);
    expect(await printed(safe)).toEqual({
      ...(await printed('')),
      screen: shown,
      cursor: [shown.split('\n').at(-1)!.length, shown.split('\n').length - 1],
    });
  });

  it.each(TERMINAL_ATTACKS)('$name: neither in a reply shown as Markdown', ({ text }) => {
    const stream = createReplyRenderer({ width: () => 80, style: {}, wrap: true });
    const reply =
      stream.write(sanitize(`**${text}**\n\n\`${text}\`\n\n    ${text}`)) + stream.end();
    expect(reply).not.toMatch(/[^\P{Cc}\t\n]/u);
  });

  it('would work without it: the emulator is a judge', async () => {
    const suffered = await Promise.all(TERMINAL_ATTACKS.map(({ text }) => printed(text)));
    const noticed = suffered.flatMap((result) => result.noticed);
    expect(noticed).toContain('title owned');
    expect(noticed).toContain('bell');
    expect(noticed.filter((event) => event.startsWith('typed')).length).toBeGreaterThan(3);
    expect(suffered.some(({ buffer }) => buffer === 'alternate')).toBe(true);
    expect(suffered.some(({ styledCells }) => styledCells > 0)).toBe(true);
  });
});
