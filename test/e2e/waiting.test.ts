import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heldTurns, openChat, said, SIZES } from '../helpers/chat.js';
import { CTRL, ENTER } from '../helpers/keys.js';
import { underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { deferred } from '../sandbox/start.js';

describe.each(SIZES)('while a reply is awaited at %i×%i', (...size) => {
  it('a spinner turns and counts the seconds, until the first piece', async () => {
    const { intercept, release } = heldTurns();
    const { terminal, say } = await openChat({ intercept, size });
    await say('hello', /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the assistant$/m);
    await terminal.shows(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the assistant 1s$/m);
    release();
    await terminal.shows(/> hello\nHello! I am the scripted assistant[^]*\n>$/);
    expect(terminal.text()).not.toContain('waiting');
  });

  it('what is typed is kept as the next draft, cursor and all', async () => {
    const { intercept, release } = heldTurns();
    const { terminal, say } = await openChat({ intercept, size });
    await say('show markdown', 'waiting');
    terminal.type(`next question${CTRL('a')}`);
    await terminal.ends(['> ▏next question']);
    release();
    await terminal.shows(/Sunday[^]*\n> next question$/);
    await terminal.ends(['> ▏next question']);
  });

  it('Enter queues messages, which are sent in order', async () => {
    const { intercept, release } = heldTurns();
    const { terminal, sandbox, say } = await openChat({ intercept, size });
    await say('my name is Ada', 'waiting');
    await say('how many turns?', 'queued: how many turns?');
    await say('what is my name?', 'queued: what is my name?');
    terminal.type('draft');
    await terminal.ends(['queued: how many turns?', 'queued: what is my name?', '', '> draft▏']);
    release();
    await terminal.shows(/> what is my name\?\nYour name is Ada\.\n\n> draft$/);
    expect(terminal.text()).not.toContain('queued');
    expect(said(sandbox)).toEqual(['my name is Ada', 'how many turns?', 'what is my name?']);
  });

  it('Ctrl-C cancels, says that it may be delivered, holds the queue and keeps the draft', async () => {
    const { intercept, arrived } = heldTurns();
    const { terminal, say } = await openChat({ intercept, size });
    await say('wait for it', 'waiting');
    await arrived;
    await say('and then', 'queued');
    terminal.type(`draft${CTRL('c')}`);
    await terminal.shows(
      /cancelled; the message may\s?have\s?been\s+delivered: see \/history; Up or/,
    );
    await terminal.ends(['held: and then', '', '> draft▏']);
  });

  it('Ctrl-C before the request is out says that nothing was delivered', async () => {
    const faultSettings = { rules: ['any/stall_before:1'] };
    const { terminal, say } = await openChat({ faultSettings, size });
    await say('wait for it', 'waiting');
    terminal.type(CTRL('c'));
    await terminal.looks(['> wait for it', 'cancelled', '', '> wait for it▏']);
  });
});

describe.each(SIZES)('Ctrl-C at the prompt at %i×%i', (...size) => {
  it('clears text; on an empty prompt a hint; a second time leaves', async () => {
    const { terminal } = await openChat({ size });
    terminal.type('some text');
    await terminal.looks(['> some text▏']);
    terminal.type(CTRL('c'));
    await terminal.looks(['> ▏']);
    terminal.type(CTRL('c'));
    await terminal.looks(['press Ctrl-C again or Ctrl-D to exit', '', '> ▏']);
    terminal.type(CTRL('c'));
    expect(await terminal.exit).toBe(0);
  });

  it('is only a hint again when two seconds have gone', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(CTRL('c'));
    await terminal.shows('to exit');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    terminal.type(CTRL('c'));
    await terminal.looks([
      ...Array<string>(2).fill('press Ctrl-C again or Ctrl-D to exit'),
      '',
      '> ▏',
    ]);
  });
});

it('Ctrl-D leaves at once when nothing runs, and after the turn when one does', async () => {
  const { intercept, release } = heldTurns();
  const { terminal, say } = await openChat({ intercept });
  await say('my name is Ada', 'waiting');
  terminal.type(CTRL('d'));
  release();
  expect(await terminal.exit).toBe(0);
  expect(terminal.text()).toContain('Nice to meet you, Ada.');
});

it('the spinner and the prompt are on stderr: stdout holds the replies alone', async () => {
  const file = join(temporaryFolder(), 'replies.txt');
  const { intercept, release } = heldTurns();
  const { terminal, say } = await openChat({
    intercept,
    env: { FILE: file },
    command: underShell('"$0" "$@" > "$FILE"'),
  });
  await say('show markdown', 'waiting');
  release();
  await terminal.shows(/^>$/m);
  await terminal.until(
    () => terminal.screen().at(-1) === '> ▏' && !terminal.text().includes('waiting'),
    () => terminal.text(),
  );
  terminal.type(CTRL('d'));
  expect(await terminal.exit).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^# Markdown\n\nSome \*\*bold\*\*[^\x1b]*\n$/);
});

it('nothing moves with CI set: a status that stands still', async () => {
  const { intercept, release } = heldTurns();
  const { terminal, say } = await openChat({ intercept, env: { CI: '1' } });
  await say('hello', /^waiting for the assistant$/m);
  await terminal.until(
    () => terminal.titles.length === 1,
    () => 'a title',
  );
  const drawn = terminal.output.length;
  await terminal.pause();
  await terminal.pause();
  expect(terminal.output.length).toBe(drawn);
  release();
  await terminal.shows('Hello!');
});

it('an introduction that comes late breaks neither a turn nor a draft', async () => {
  const held = heldTurns();
  const introduced = deferred();
  const { terminal, say } = await openChat({
    argv: [],
    async intercept(call, run) {
      if (call.operation === 'get_assistant') await introduced.promise;
      return held.intercept(call, run);
    },
  });
  await say('my name is Ada', 'waiting');
  terminal.type('draft');
  introduced.resolve(undefined);
  await terminal.pause();
  expect(terminal.text()).not.toContain('assistant: ');
  held.release();
  await terminal.shows(/Nice to meet you, Ada.*\nassistant: Sandbox Assistant.*\n\n> draft$/);
  expect(terminal.text()).not.toContain('greeting');
});

it('a person who leaves does not wait for the introduction', async () => {
  const faultSettings = { rules: ['any/stall_before:1'] };
  const { terminal } = await openChat({ argv: [], faultSettings });
  terminal.type(CTRL('d'));
  expect(await terminal.exit).toBe(0);
  expect(terminal.text()).not.toContain('error');
});

it('Enter pressed ahead of the prompt is not lost', async () => {
  const { terminal } = await openChat();
  terminal.type(`${ENTER}${ENTER}hello`);
  await terminal.shows(/hello/);
});
