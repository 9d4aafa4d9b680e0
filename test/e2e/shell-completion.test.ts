import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../src/sandbox/call.js';
import { account } from '../helpers/account.js';
import { installed } from '../helpers/installed.js';
import { interactiveShell, type ShellName } from '../helpers/interactive-shell.js';
import { TAB } from '../helpers/keys.js';
import type { TerminalSession } from '../helpers/terminal.js';
import { refusing, deferred } from '../sandbox/start.js';

const SHELLS: ShellName[] = ['bash', 'zsh', 'fish'];

const CLEAR_LINE = '\x15';

/** What each shell writes a word that it would otherwise obey. */
/** None begins as an id may, which would be another candidate. */
const NAMES = [
  { typed: 'O', name: 'Opening hours' },
  { typed: 'it', name: `it's "5" o'clock` },
  { typed: 'Pay', name: 'Pay $(touch pwned) `touch pwned` $HOME' },
  { typed: 'go', name: 'go; touch pwned & b | c > pwned' },
  { typed: 'wow', name: 'wow! *.ts [x] {a,b} ~ #1 \\n' },
  { typed: 'Zü', name: 'Zürich: é 日本 = 5%' },
];

describe.each(SHELLS)('Tab in %s', (shell) => {
  // .ci/run installs them.
  if (!installed(shell)) throw new Error(`${shell} is not installed`);

  it('completes commands, flags and values of flags', async () => {
    const { terminal } = await interactiveShell(shell, {});
    terminal.type(`telnyx-chat sen${TAB}`);
    await terminal.looks(['> telnyx-chat send ▏']);
    terminal.type(`--form${TAB}`);
    await terminal.looks(['> telnyx-chat send --format ▏']);
    terminal.type(`pl${TAB}`);
    await terminal.looks(['> telnyx-chat send --format plain ▏']);
    terminal.type(`${CLEAR_LINE}telnyx-chat --format=mark${TAB}`);
    await terminal.looks(['> telnyx-chat --format=markdown ▏']);
    terminal.type(`${CLEAR_LINE}telnyx-chat config get base${TAB}`);
    await terminal.looks(['> telnyx-chat config get base_url ▏']);
    terminal.type(`${CLEAR_LINE}telnyx-chat sandbox --fault reset_a${TAB}`);
    await terminal.looks(['> telnyx-chat sandbox --fault reset_after:▏']);
    terminal.type(`${CLEAR_LINE}telnyx-chat completion po${TAB}`);
    await terminal.looks(['> telnyx-chat completion powershell ▏']);
  });

  it('lists what could be meant, and what it is', async () => {
    const { terminal } = await interactiveShell(shell, {});
    terminal.type(`telnyx-chat co${TAB}`);
    await terminal.shows(shell === 'bash' ? 'telnyx-chat co' : 'completion');
    if (shell === 'bash') terminal.type(TAB);
    await terminal.shows(/completion .*print the script/);
    await terminal.shows(/config .*show and change/);
  });

  it.each(NAMES)('types the name of a conversation as one word: $name', async ({ typed, name }) => {
    const given = await account();
    given.sandbox.store.create(name, { assistant_id: given.sandbox.assistantId });
    const { terminal, folder, run } = await interactiveShell(shell, given.env);
    terminal.type(`telnyx-chat send --conversation ${typed}${TAB}`);
    await completed(terminal, typed);
    expect(await run()).toEqual(['send', '--conversation', name]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['"', "'"])('goes on in a word that begins with %s', async (quote) => {
    const given = await account();
    const name = "it's $HOME; `id`";
    given.sandbox.store.create(name, { assistant_id: given.sandbox.assistantId });
    const { terminal, run } = await interactiveShell(shell, given.env);
    terminal.type(`telnyx-chat send --conversation ${quote}it${TAB}`);
    await completed(terminal, `${quote}it`);
    expect(await run()).toEqual(['send', '--conversation', name]);
  });

  it('runs nothing of the line that is typed', async () => {
    const given = await account();
    given.sandbox.store.create('Opening hours', { assistant_id: given.sandbox.assistantId });
    const { terminal, folder } = await interactiveShell(shell, given.env);
    terminal.type(`telnyx-chat send "$(touch typed)" --conversation Op${TAB}`);
    await completed(terminal, 'Op');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('offers only the id where the name would be a flag or cannot be typed', async () => {
    // Where ids begin alike, the first Tab completes that and lists nothing.
    let count = 0;
    const randomId = (): string => `${count++ % 10}${crypto.randomUUID().slice(1)}`;
    const given = await account({ randomId });
    const metadata = { assistant_id: given.sandbox.assistantId };
    given.sandbox.store.create('--yes', metadata);
    const { conversation } = given.sandbox.store.create('two\nlines \x1b]0;title\x07', metadata);
    const { terminal, run } = await interactiveShell(shell, given.env);
    terminal.type(`telnyx-chat send --conversation ${conversation.id.slice(0, 8)}${TAB}`);
    await completed(terminal, conversation.id.slice(0, 8));
    expect(await run()).toEqual(['send', '--conversation', conversation.id]);
    terminal.type(`telnyx-chat send --conversation ${TAB}`);
    if (shell === 'bash') terminal.type(TAB);
    await terminal.shows(/two lines/);
    expect(terminal.text()).not.toMatch(/^--yes/m);
    expect(terminal.titles.join()).not.toContain('title');
  });

  it('completes names of files where a file is meant', async () => {
    const { terminal, folder } = await interactiveShell(shell, {});
    writeFileSync(join(folder, 'settings.env'), '');
    terminal.type(`telnyx-chat send --dotenv sett${TAB}`);
    await terminal.looks(['> telnyx-chat send --dotenv settings.env ▏']);
  });

  it('shows nothing when Telnyx does not answer, and in a message', async () => {
    const asked = deferred();
    const intercept: Interceptor = (call, run) => {
      if (call.operation === 'list_conversations') asked.resolve(undefined);
      return refusing(500)(call, run);
    };
    const { env } = await account({ intercept });
    const { terminal } = await interactiveShell(shell, env);
    terminal.type(`telnyx-chat send --conversation ${TAB}`);
    await asked.promise;
    terminal.type('x');
    await terminal.looks(['> telnyx-chat send --conversation x▏']);
    terminal.type(`${CLEAR_LINE}telnyx-chat send a${TAB}b`);
    await terminal.looks(['> telnyx-chat send ab▏']);
  });
});

/** Waits for the word and the blank behind it. */
async function completed(terminal: TerminalSession, typed: string): Promise<void> {
  const isDone = (): boolean => {
    const line = terminal.screen().find((row) => row.endsWith(' ▏')) ?? '';
    return line.includes(typed.slice(0, 1)) && !line.endsWith(`${typed} ▏`);
  };
  await terminal.until(isDone, () => `a word behind ${typed}: ${terminal.text()}`);
}
