import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { builtProgram } from '../helpers/built-program.js';
import { CTRL, ENTER } from '../helpers/keys.js';
import { underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';

const CONFIG = '.config/telnyx-chat/config.json';

function config(home: string): unknown {
  return existsSync(join(home, CONFIG)) && JSON.parse(readFileSync(join(home, CONFIG), 'utf8'));
}

/** A machine whose key comes from a command, and an account that it opens. */
async function withCommand(command: string) {
  const { sandbox } = await account();
  const home = temporaryFolder();
  const { url: base_url, assistantId: assistant_id } = sandbox;
  mkdirSync(join(home, CONFIG, '..'), { recursive: true, mode: 0o700 });
  const profile = { api_key_command: command, base_url, assistant_id };
  writeFileSync(join(home, CONFIG), JSON.stringify({ profiles: { default: profile } }), {
    mode: 0o600,
  });
  return { sandbox, home };
}

it('login on a terminal: the key stays hidden, and an assistant is offered', async () => {
  const { sandbox } = await account();
  const home = temporaryFolder();
  const terminal = new TerminalSession(['login', '-p', 'work', '--base-url', sandbox.url], {
    home,
  });
  await terminal.shows('API key (hidden while you type):');
  terminal.type(`KEY-hidden-one${ENTER}`);
  await terminal.shows(/Which assistant\?[^]*Quiet Sandbox Assistant/);
  terminal.type(ENTER);
  expect(await terminal.exit).toBe(0);
  await terminal.shows(
    /the key is accepted and stored in profile work[^]*assistant: assistant-sandbox/,
  );
  expect(terminal.output).not.toContain('KEY-hidden');
  expect(config(home)).toEqual({
    profiles: {
      work: {
        api_key: 'KEY-hidden-one',
        base_url: sandbox.url,
        assistant_id: 'assistant-sandbox',
      },
    },
  });
});

it('login and Ctrl-C: nothing is stored', async () => {
  const home = temporaryFolder();
  const terminal = new TerminalSession(['login'], { home });
  await terminal.shows('API key (hidden while you type):');
  terminal.type(CTRL('c'));
  expect(await terminal.exit).toBe(130);
  expect(config(home)).toBe(false);
});

it('a key from a command is asked for once, and only when one is needed', async () => {
  const count = join(temporaryFolder(), 'count');
  const { home } = await withCommand(`echo run >> ${count}; echo unlocking >&2; echo KEY-vault`);
  const list = await builtProgram(['config', 'list'], { home });
  expect(list.stdout).toContain(`command: echo run >> ${count}`);
  expect(existsSync(count)).toBe(false);
  expect(await builtProgram(['send', 'hello'], { home })).toEqual({
    code: 0,
    stdout: expect.stringContaining('Hello'),
    stderr: 'unlocking\n',
  });
  expect(readFileSync(count, 'utf8')).toBe('run\n');
});

it('its failure is said before any request, without what it printed', async () => {
  const { home, sandbox } = await withCommand('echo KEY-secret; exit 7');
  expect(await builtProgram(['send', 'hello'], { home })).toEqual({
    code: 3,
    stdout: '',
    stderr: [
      'error: the API key command failed with exit code 7: echo KEY-secret; exit 7',
      'hint: run it yourself to see why; telnyx-chat config set api_key_command changes it',
      'see: telnyx-chat help troubleshooting set-up',
      '',
    ].join('\n'),
  });
  expect(sandbox.store.list()).toEqual([]);
});

it('it eats nothing of a loop around us', async () => {
  const { home, sandbox } = await withCommand('cat > /dev/null; echo KEY-vault');
  const loop = 'while read -r line; do "$0" "$@" send "$line"; done';
  const command = underShell(loop);
  const result = await builtProgram([], { home, input: 'one\ntwo\n', command });
  expect([result.code, result.stderr, sandbox.store.list().length]).toEqual([0, '', 2]);
});

it('the chat asks on the terminal what its command asks', async () => {
  const { home } = await withCommand('printf "PIN: " >&2; read -r pin; echo "KEY-$pin"');
  const terminal = new TerminalSession(['-q'], { home });
  await terminal.shows('PIN:');
  terminal.type('1234\r');
  await terminal.shows(/\n>$/);
  terminal.type('my name is Ada\r');
  await terminal.shows('Nice to meet you, Ada');
});
