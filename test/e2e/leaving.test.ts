import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heldTurns, openChat, SIZES, type ChatOptions, type OpenChat } from '../helpers/chat.js';
import { CTRL } from '../helpers/keys.js';
import { childrenOf, crashing, gone, settings, underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';

const AS_IT_WAS = { bracketedPaste: false, wraparound: true, cursorShown: true };

/**
 * A chat under a shell that says afterwards how it ended and what the terminal's settings are. It
 * stays, as what a pseudo-terminal's last process wrote may be lost.
 */
async function chatUnderShell(options: ChatOptions = {}): Promise<OpenChat & { pid: number }> {
  const script = 'trap "" INT TERM HUP; stty -a; "$0" "$@"; echo "code $?"; stty -a; read -r _';
  const chat = await openChat({ ...options, command: underShell(script) });
  const [pid = 0] = childrenOf(chat.terminal.pid);
  return { ...chat, pid };
}

async function expectTerminalAsItWas({ terminal }: OpenChat, code: number): Promise<void> {
  await terminal.shows(new RegExp(`code ${code}\n[^]*extproc`));
  expect(terminal.modes()).toEqual(AS_IT_WAS);
  const [before, after] = settings(terminal.output);
  expect(before).toMatch(/[^-]icanon/);
  expect(after).toBe(before);
}

describe.each(SIZES)('the terminal is as it was at %i×%i', (...size) => {
  it('after Ctrl-D', async () => {
    const chat = await chatUnderShell({ size });
    expect(chat.terminal.modes().bracketedPaste).toBe(true);
    chat.terminal.type(CTRL('d'));
    await expectTerminalAsItWas(chat, 0);
  });

  it.each([
    ['SIGTERM' as const, 143],
    ['SIGHUP' as const, 129],
    ['SIGINT' as const, 130],
  ])('after %s at the prompt, and what was not sent stays readable', async (signal, code) => {
    const chat = await chatUnderShell({ size });
    chat.terminal.type('draft');
    await chat.terminal.shows('> draft');
    process.kill(chat.pid, signal);
    await expectTerminalAsItWas(chat, code);
    expect(chat.terminal.text()).toContain(`> draft\ncode ${code}`);
  });

  it.each([
    ['SIGTERM' as const, 143],
    ['SIGHUP' as const, 129],
  ])('after %s during a turn', async (signal, code) => {
    const { intercept, arrived } = heldTurns();
    const chat = await chatUnderShell({ size, intercept });
    await chat.say('hello', 'waiting');
    await arrived;
    process.kill(chat.pid, signal);
    await expectTerminalAsItWas(chat, code);
    expect(chat.terminal.text()).toMatch(/delivery: unknown[^]*conversation: [0-9a-f-]{36}/);
  });

  it('after SIGTERM during a later turn, and the conversation is named once', async () => {
    const { intercept, arrived } = heldTurns();
    let turns = 0;
    const chat = await chatUnderShell({
      size,
      argv: [],
      intercept: (call, run) =>
        call.operation === 'chat' && turns++ === 0 ? run(call) : intercept(call, run),
    });
    await chat.say('hello', /> hello\nHello![^]*\n>$/);
    await chat.say('and now?', 'waiting');
    await arrived;
    process.kill(chat.pid, 'SIGTERM');
    await expectTerminalAsItWas(chat, 143);
    expect(chat.terminal.text()).toMatch(/resume: [^]*delivery: unknown[^]*\nconversation: /);
    expect(chat.terminal.text().match(/^conversation: /gm)).toHaveLength(1);
  });

  it('after SIGTERM at a picker', async () => {
    const chat = await chatUnderShell({ size });
    await chat.say('/assistant', 'Which assistant?');
    process.kill(chat.pid, 'SIGTERM');
    await expectTerminalAsItWas(chat, 143);
  });

  it.each([
    ['at the prompt', ''],
    ['during a turn', 'hello'],
  ])('after a crash %s', async (_, line) => {
    const { intercept } = heldTurns();
    const chat = await chatUnderShell({ size, intercept, env: crashing() });
    if (line !== '') await chat.say(line, 'waiting');
    process.kill(chat.pid, 'SIGUSR2');
    await expectTerminalAsItWas(chat, 1);
    expect(chat.terminal.text()).toContain('Error: crashed');
  });
});

describe.each(SIZES)('Ctrl-Z at %i×%i', (...size) => {
  /** A shell with job control, as people have it. */
  const command = underShell('"$0" "$@"; stty -a; while read -r line; do eval "$line"; done', [
    'bash',
    '--norc',
    '--noprofile',
    '-ic',
  ]);

  it('stops the chat, and fg goes on where it was, the draft too', async () => {
    const chat = await openChat({ size, command });
    const { terminal } = chat;
    terminal.type('draft');
    await terminal.shows('> draft');
    terminal.type(CTRL('z'));
    await terminal.shows('Stopped');
    expect(terminal.modes()).toEqual(AS_IT_WAS);
    await terminal.until(
      () => settings(terminal.output).length === 1,
      () => terminal.text(),
    );
    expect(settings(terminal.output)[0]).toMatch(/[^-]icanon/);
    terminal.type('fg\r');
    await terminal.ends(['> draft▏']);
    expect(terminal.modes().bracketedPaste).toBe(true);
    await chat.say(' goes on', /You said: "draft goes[ \n]on"/);
  });

  it('during a turn loses neither the turn nor what was typed', async () => {
    const { intercept, release } = heldTurns();
    const chat = await openChat({ size, command, intercept });
    const { terminal } = chat;
    await chat.say('my name is Ada', 'waiting');
    terminal.type(`next${CTRL('z')}`);
    await terminal.shows('Stopped');
    release();
    terminal.type('fg\r');
    await terminal.shows(/Nice to meet you, Ada[^]*\n> next$/);
  });
});

it('Ctrl-Z where no shell could continue it does nothing', async () => {
  const { terminal, say } = await openChat();
  terminal.type(`draft${CTRL('z')}`);
  await terminal.pause();
  await terminal.looks(['> draft▏']);
  await say('', 'You said: "draft"');
});

describe('a terminal that is closed ends the chat', () => {
  it.each([
    ['at the prompt', ''],
    ['during a turn', 'hello'],
  ])('%s', async (_, line) => {
    const { intercept } = heldTurns();
    const { terminal, say } = await openChat({ intercept });
    if (line !== '') await say(line, 'waiting');
    const [pid = 0] = childrenOf(terminal.pid);
    terminal.close();
    await gone(pid);
  });

  it.each([
    ['at the prompt', ''],
    ['during a turn', 'hello'],
    ['at a picker', '/assistant'],
  ])('%s, also when no signal tells of it', async (_, line) => {
    const { intercept } = heldTurns();
    // The shell leads the session and ignores SIGHUP: the chat only finds its terminal gone.
    const chat = await chatUnderShell({ intercept });
    if (line !== '') await chat.say(line, line === 'hello' ? 'waiting' : 'Which');
    chat.terminal.close();
    await gone(chat.pid);
  });
});

describe('a program whose terminal is closed ends cleanly, with the status of SIGHUP', () => {
  /** Under a shell that outlives the terminal and writes down how the program ended. */
  async function closed(
    argv: string[],
    { until, input = '' }: { until: string | RegExp; input?: string },
    isSignalled: boolean,
  ): Promise<string> {
    const status = join(temporaryFolder(), 'status');
    const script = `trap "" HUP; "$0" "$@" ${input}; echo $? > "${status}"`;
    const terminal = new TerminalSession(argv, { command: underShell(script) });
    await terminal.shows(until);
    const [pid = 0] = childrenOf(terminal.pid);
    terminal.close();
    if (isSignalled) process.kill(pid, 'SIGHUP');
    await gone(pid);
    await expect.poll(() => existsSync(status) && readFileSync(status, 'utf8')).toMatch(/\n$/);
    return readFileSync(status, 'utf8').trim();
  }

  const RUNS: [string, string[], { until: string | RegExp; input?: string }, boolean][] = [
    ['a chat', ['--sandbox', '-q'], { until: /^>$/m }, false],
    ['a chat', ['--sandbox', '-q'], { until: /^>$/m }, true],
    ['a chat that may only read', ['--sandbox', '-q'], { until: /^>$/m, input: '<$(tty)' }, true],
    ['a question', ['login'], { until: 'API key' }, false],
    ['a question', ['login'], { until: 'API key' }, true],
    ['serve', ['serve', '--sandbox', '--port', '0'], { until: 'relay: http' }, true],
    ['sandbox', ['sandbox', '--port', '0'], { until: 'sandbox: http' }, true],
  ];

  it.each(RUNS)('%s %j %j, told by a signal: %s', async (_, argv, doing, isSignalled) => {
    expect(await closed(argv, doing, isSignalled)).toBe('129');
  });
});
