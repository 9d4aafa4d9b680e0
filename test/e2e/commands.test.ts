import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { openChat, said, SIZES, type OpenChat } from '../helpers/chat.js';
import { CTRL, DOWN, ENTER, pasted } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { refusingTurn } from '../sandbox/start.js';

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/;

/** An account with earlier conversations, given by their names. */
async function accountWith(...names: string[]): ReturnType<typeof account> {
  const given = await account();
  for (const name of names) {
    const metadata = {
      assistant_id: given.sandbox.assistantId,
      telnyx_conversation_channel: 'sms',
    };
    const thread = given.sandbox.store.create(name, metadata);
    given.sandbox.store.append(thread, { role: 'user', text: `question of ${name}` });
    given.sandbox.store.append(thread, { role: 'assistant', text: `answer to ${name}` });
  }
  return given;
}

const ids = (sandbox: Sandbox): string[] =>
  sandbox.store.list().map(({ conversation }) => conversation.id);

/** Waits for the prompt behind what was said before. */
const done = ({ terminal }: OpenChat): Promise<void> => terminal.shows(/\n\n>$/);

describe.each(SIZES)('conversations at %i×%i', (...size) => {
  it('/new begins one, with the title that is given', async () => {
    const chat = await openChat({ size });
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('/new Opening hours', 'your next message starts a new conversation');
    await chat.say('what is my name?', 'You have not told me your name yet.');
    const names = chat.sandbox.store.list().map(({ conversation }) => conversation.name);
    expect(names).toEqual(['Opening hours', 'my name is Ada']);
  });

  it('/resume offers the recent ones to search, by name, age and channel, and recaps', async () => {
    const sandbox = await accountWith('Deliveries', 'Opening hours', 'Returns');
    const chat = await openChat({ size, sandbox });
    await chat.say('/resume', /Which conversation\?[^]*Deliveries +\S.* ago +sms/);
    chat.terminal.type('hours');
    await chat.terminal.until(
      () => !chat.terminal.rows().join('\n').includes('Deliveries'),
      () => chat.terminal.text(),
    );
    chat.terminal.type(ENTER);
    await chat.terminal.shows(/conversation Opening hours[^]*\n\n> question of Opening hours/);
    await chat.say('how many turns?', 'This is turn 2 of our conversation.');
  });

  it('/resume takes an id, or a name', async () => {
    const sandbox = await accountWith('Deliveries', 'Opening hours');
    const chat = await openChat({ size, sandbox });
    await chat.say('/resume Opening hours', /\nanswer to Opening hours/);
    const id = ids(chat.sandbox)[1] ?? '';
    await chat.say(`/resume ${id}`, 'answer to Deliveries');
  });

  it('/resume of a name that two have says which, and gives the line back', async () => {
    const sandbox = await accountWith('Twin', 'Twin');
    const chat = await openChat({ size, sandbox });
    await chat.say('/resume Twin', 'error: 2 conversations are named "Twin"');
    await chat.terminal.ends(['> /resume Twin▏']);
    for (const id of ids(chat.sandbox)) expect(chat.terminal.text()).toContain(id);
  });

  it('/resume of nothing that is there says so, and gives the line back', async () => {
    const chat = await openChat({ size });
    await chat.say('/resume nobody', 'error: ');
    await chat.terminal.ends(['> /resume nobody▏']);
  });

  it('/resume and Ctrl-C change nothing', async () => {
    const chat = await openChat({ size, sandbox: await accountWith('One') });
    await chat.say('/resume', 'Which conversation?');
    chat.terminal.type(CTRL('c'));
    await chat.terminal.ends(['> ▏']);
    await chat.say('/history', 'error: there is no conversation yet');
  });

  it('/name names this one, and /resume finds it by that name', async () => {
    const chat = await openChat({ size });
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('/name', 'error: a name is required');
    await chat.terminal.ends(['> /name▏']);
    await chat.say(' Ada’s', 'named Ada’s; /resume Ada’s');
    await chat.say('/new', 'starts a new conversation');
    await chat.say('/resume Ada’s', /conversation Ada’s[^]*> my name is Ada\nNice to meet/);
    await chat.say('what is my name?', 'Your name is Ada.');
  });

  it('/history shows the last messages, as many as are asked for', async () => {
    const chat = await openChat({ size });
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('what is my name?', /Your name is Ada\.\n\n>$/);
    await chat.say(
      '/history 2',
      /earlier messages: \/history 4\n\n> what is my name\?\nYour name is Ada\./,
    );
    await chat.say('/history none', 'error: bad number "none"');
    await chat.terminal.ends(['> /history none▏']);
  });

  it('--continue goes on with the last one, and recaps', async () => {
    const home = temporaryFolder();
    const sandbox = await account();
    const first = await openChat({ size, home, sandbox });
    await first.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    first.terminal.type('/exit\r');
    expect(await first.terminal.exit).toBe(0);
    const second = await openChat({ size, home, sandbox, argv: ['--continue'] });
    await second.terminal.shows(/> my name is Ada\nNice to meet/);
    await second.say('what is my name?', 'Your name is Ada.');
  });
});

describe.each(SIZES)('assistants at %i×%i', (...size) => {
  it('/assistant offers those of the account', async () => {
    const chat = await openChat({ size });
    await chat.say('/assistant', /Which assistant\?[^]*Quiet Sandbox Assistant/);
    chat.terminal.type(DOWN + ENTER);
    await chat.terminal.shows('assistant: Private Sandbox Assistant (sandbox/scripted)');
    await chat.terminal.shows('this assistant keeps no data');
  });

  it('/assistant takes an id', async () => {
    const chat = await openChat({ size });
    await chat.say('/assistant assistant-sandbox-quiet', 'assistant: Quiet Sandbox Assistant');
    await chat.say('hello', 'Hello!');
    expect(chat.sandbox.store.list()[0]?.conversation.metadata['assistant_id']).toBe(
      'assistant-sandbox-quiet',
    );
    await chat.say('/assistant nobody', 'error: ');
    await chat.terminal.ends(['> /assistant nobody▏']);
  });

  it('/as says who is speaking', async () => {
    const chat = await openChat({ size });
    await chat.say('/as Ana', 'you now speak as Ana');
    await chat.say('who am I?', 'You are speaking as Ana.');
    await chat.say('/as', 'you now speak without a name');
  });
});

describe.each(SIZES)('/retry at %i×%i', (...size) => {
  it('sends again at once what was refused', async () => {
    const chat = await openChat({ size, intercept: refusingTurn(1, 422) });
    await chat.say('my name is Ada', 'error: ');
    await chat.terminal.ends(['', '> ▏']);
    await chat.say('/retry', 'Nice to meet you, Ada.');
    expect(said(chat.sandbox)).toEqual(['my name is Ada']);
  });

  it.each([
    ['n', ['my name is Ada']],
    ['y', ['my name is Ada', 'my name is Ada']],
  ])('asks before it sends again what was answered: %s', async (answer, expected) => {
    const chat = await openChat({ size });
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('/retry', /The last message was answered\. Send it\s+again\?/);
    chat.terminal.type(answer + ENTER);
    await chat.terminal.ends(['> ▏']);
    if (answer === 'y') await chat.terminal.shows(/Nice to meet[^]*Nice to meet/);
    expect(said(chat.sandbox)).toEqual(expected);
  });

  it('asks before it sends again what may have been delivered', async () => {
    const chat = await openChat({ size, faultSettings: { rules: ['stall_after:1'] } });
    await chat.say('hello', 'waiting');
    await chat.terminal.until(
      () => said(chat.sandbox).length === 1,
      () => 'delivered',
    );
    chat.terminal.type(CTRL('c'));
    await chat.terminal.shows(/cancelled; the message may\s?have\s?been\s+delivered/);
    await chat.say('/retry', /The last message may have been\s+delivered\. Send it again\?/);
  });

  it('has nothing to send at first', async () => {
    const chat = await openChat({ size });
    await chat.say('/retry', 'error: there is no message to send again yet');
    await chat.terminal.ends(['> ▏']);
  });
});

describe.each(SIZES)('/copy at %i×%i', (...size) => {
  it('asks the terminal over SSH (OSC 52), with the reply as it came', async () => {
    const chat = await openChat({ size, env: { SSH_TTY: '/dev/pts/1', DISPLAY: ':0' } });
    await chat.say('/copy', 'error: there is no reply to copy yet');
    await chat.say('show markdown', /Sunday.*\n\n>$/);
    await chat.say('/copy', 'copied to the clipboard, if the terminal allows it (OSC 52)');
    const [, base64 = ''] = /\x1b\]52;c;([\w+/=]+)\x07/.exec(chat.terminal.output) ?? [];
    expect(Buffer.from(base64, 'base64').toString()).toMatch(/^# Markdown\n\nSome \*\*bold\*\*/);
  });

  it('gives it to a clipboard program here', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'xclip'), `#!/bin/sh\ncat > '${folder}/clipboard'\n`);
    chmodSync(join(folder, 'xclip'), 0o700);
    const env = { DISPLAY: ':0', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const chat = await openChat({ size, env });
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('/copy', 'copied to the clipboard (xclip)');
    expect(readFileSync(join(folder, 'clipboard'), 'utf8')).toBe(
      'Nice to meet you, Ada. I will remember your name.',
    );
  });
});

describe.each(SIZES)('/copy of more than the last reply at %i×%i', (...size) => {
  it('takes earlier replies, and code without its fences', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'xclip'), `#!/bin/sh\ncat > '${folder}/clipboard'\n`);
    chmodSync(join(folder, 'xclip'), 0o700);
    const env = { DISPLAY: ':0', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const chat = await openChat({ size, env });
    const copied = async (command: string, expected: string): Promise<string> => {
      await done(chat);
      await chat.say(command, expected);
      return readFileSync(join(folder, 'clipboard'), 'utf8');
    };
    await chat.say('my name is Ada', /remember\syour\sname\.\n+>$/);
    await chat.say('show markdown', /Sunday.*\n+>$/);
    expect(await copied('/copy 2', 'copied to the clipboard (xclip)')).toBe(
      'Nice to meet you, Ada. I will remember your name.',
    );
    expect(await copied('/copy code', 'copied code block to')).toBe(
      "const answer = await chat('hello');",
    );
    await done(chat);
    await chat.say('/copy code 2', /there is only 1 code block in the\s+last\s+reply/);
    await chat.terminal.ends(['> /copy code 2▏']);
  });
});

describe.each(SIZES)('/export at %i×%i', (...size) => {
  it('saves the conversation for its owner only, and never over a file', async () => {
    const cwd = temporaryFolder();
    const chat = await openChat({ size, cwd });
    await chat.say('/export', 'error: there is no conversation yet');
    await chat.say('my name is Ada', /remember\syour\sname\.\n\n>$/);
    await chat.say('/export notes.txt', 'saved to ');
    expect(readFileSync(join(cwd, 'notes.txt'), 'utf8')).toMatch(
      /my name is Ada[^]*Nice to meet you, Ada/,
    );
    expect(statSync(join(cwd, 'notes.txt')).mode & 0o777).toBe(0o600);
    await done(chat);
    await chat.say('/export', /saved\s+to\s+[^]*conversation-[^]*\.md\n\n>$/);
    await done(chat);
    await chat.say('/export', /saved\s+to\s+[^]*conversation-[^]*-2\.md\n\n>$/);
    expect(readdirSync(cwd).find((file) => file.endsWith('-2.md'))).toMatch(UUID);
    await chat.say('/export notes.pdf', 'error: cannot save as "notes.pdf"');
    await chat.terminal.ends(['> /export notes.pdf▏']);
    expect(existsSync(join(cwd, 'notes.pdf'))).toBe(false);
  });

  it('/export understands quotes and ~, and numbers a file whose name is taken', async () => {
    const home = temporaryFolder();
    const chat = await openChat({ size, home });
    await chat.say('my name is Ada', /remember\syour\sname\.\n+>$/);
    for (const [name, file] of [
      ['~/notes.md', 'notes.md'],
      ['~/notes.md', 'notes-2.md'],
      ['"~/my notes.txt"', 'my notes.txt'],
      ["'~/my notes.txt'", 'my notes-2.txt'],
      ['my notes.txt', 'my notes-3.txt'],
    ] as const) {
      await done(chat);
      const path = join(home, file);
      await chat.say(
        `/export ${name}`,
        new RegExp(`saved\\s+to\\s+${path.replace(/ /g, '\\s')}\n+>$`),
      );
      expect(readFileSync(path, 'utf8')).toMatch(/my name is Ada/);
    }
    await done(chat);
    await chat.say('/export ~/missing/notes.md', /there is no folder\s+\S+\/missing\s/);
    await chat.terminal.ends(['> /export ~/missing/notes.md▏']);
  });
});

describe.each(SIZES)('reports at %i×%i', (...size) => {
  it('/trace shows the tool calls of the last turn, with arguments and results', async () => {
    const chat = await openChat({ size });
    await chat.say('what is the weather in Paris?', /made\sthat\sup\.\n\n>$/);
    await chat.say(
      '/trace',
      /call get_weather: \{\n {4}"city": "Paris"\n {2}\}\nresult: \{\n {4}"city": "Paris",\n {4}"conditions": "sunny"/,
    );
    await done(chat);
    await chat.say('hello', /can\sdo\.\n\n>$/);
    await chat.say('/trace', 'the last turn called no tools');
  });

  it('/info shows whom one talks to, where settings come from, and timings', async () => {
    const chat = await openChat({ size });
    await chat.say(
      '/info',
      /assistant +assistant-sandbox\nconversation +\(starts\s+with\s+your\s+first\s+message\)/,
    );
    await chat.say('hello', /can\sdo\.\n\n>$/);
    await chat.say(
      '/info',
      new RegExp(
        `conversation\\s+${UUID.source}\nlast turn +first token \\d+ ms,\\s+full\\s+reply \\d+ ms\np50 [^]*\np95 `,
      ),
    );
    expect(chat.terminal.text()).toMatch(/api_key +…  environment\s+TELNYX_API_KEY/);
    expect(chat.terminal.text()).not.toContain('KEY-test');
  });

  it('/help lists every command', async () => {
    const chat = await openChat({ size });
    await chat.say('/help', /suspend; fg resumes\n\n>$/);
    expect(chat.terminal.lines()).toMatchSnapshot();
  });

  it('/clear clears the screen', async () => {
    const chat = await openChat({ size });
    await chat.say('/history', 'error');
    chat.terminal.type(`/clear${ENTER}`);
    await chat.terminal.until(
      () => chat.terminal.rows().join('').trim() === '>',
      () => chat.terminal.text(),
    );
  });
});

describe.each(SIZES)('a line that begins with / at %i×%i', (...size) => {
  it('is an error when it is no command: the nearest one is named, the line comes back', async () => {
    const chat = await openChat({ size });
    await chat.say('/resmue abc', 'error: unknown command /resmue');
    await chat.terminal.shows(
      /did you mean \/resume\? to\s+send\s+it\s+as\s+a\s+message,\s+start\s+with\s+a\s+space/,
    );
    await chat.terminal.ends(['> /resmue abc▏']);
    expect(said(chat.sandbox)).toEqual([]);
  });

  it.each([
    ['/etc/hosts is what?', '/etc/hosts is what?'],
    [' /help', ' /help'],
    ['//help', '/help'],
  ])('is text as %j', async (typed, sent) => {
    const chat = await openChat({ size });
    await chat.say(typed, 'You said:');
    expect(said(chat.sandbox)).toEqual([sent]);
  });

  it('leaves with /exit, and says how to come back', async () => {
    const chat = await openChat({ size, argv: ['-a', 'assistant-sandbox'] });
    await chat.say('hello', /> hello\nHello![^]*\n>$/);
    chat.terminal.type(`/exit${ENTER}`);
    expect(await chat.terminal.exit).toBe(0);
    const [id = ''] = ids(chat.sandbox);
    expect(chat.terminal.flow()).toContain(
      `resume: telnyx-chat -a assistant-sandbox --conversation ${id}`,
    );
  });
});

describe('a message that is too long', () => {
  it('is refused before anything is sent, and comes back', async () => {
    const chat = await openChat({ argv: ['--quiet', '--no-persist'] });
    const line = `${'x'.repeat(1023)}\n`;
    chat.terminal.type(pasted(`${line.repeat(1024)}end`));
    await chat.terminal.ends(['> [pasted 1025 lines]▏']);
    await chat.terminal.pause();
    chat.terminal.type(ENTER);
    await chat.terminal.shows('error: the message is longer than 1 MiB');
    await chat.terminal.ends(['> [pasted 1025 lines]▏']);
    expect(chat.sandbox.requestCount('create_conversation')).toBe(0);
  });
});
