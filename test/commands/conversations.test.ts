import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { accountEnv } from '../helpers/account.js';
import { answeringServer } from '../helpers/answering-server.js';
import { runCli, temporaryFolder, type CliOptions, type CliResult } from '../helpers/run-cli.js';
import {
  CALL,
  HOURS,
  OTHER,
  populatedAccount,
  type Populated,
} from '../helpers/populated-account.js';

/** The command as somebody with this account runs it. */
function conversations(
  { env, clock }: Populated,
  argv: string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return runCli(['conversations', ...argv], { clock, ...options, env: { ...env, ...options.env } });
}

const said = (stdout: string, stderr = ''): CliResult => ({ code: 0, stdout, stderr });

const HOURS_LINE = `${HOURS}\tOpening hours\t2026-01-01T00:00:00.004Z\tsms_chat\t+13125550100\t\n`;
const CALL_LINE = `${CALL}\t\t2026-01-01T01:00:00.000Z\tphone_call\t+4930901820\t\n`;
const OTHER_LINE = `${OTHER}\tOpening hours\t2026-01-01T02:00:00.000Z\t\t\ttaken over\n`;

const HOURS_JSON = {
  id: HOURS,
  name: 'Opening hours',
  assistant_id: 'assistant-sandbox',
  channel: 'sms_chat',
  with: '+13125550100',
  ai_disabled: false,
  created_at: '2026-01-01T00:00:00.000Z',
  last_message_at: '2026-01-01T00:00:00.004Z',
  metadata: {
    assistant_id: 'assistant-sandbox',
    telnyx_conversation_channel: 'sms_chat',
    telnyx_end_user_target: '+13125550100',
    ticket: '4711',
  },
};

describe('conversations list', () => {
  it('prints nothing when its first request fails', async () => {
    const account = await populatedAccount({
      faultSettings: { rules: ['list_conversations/status_500_before:1'] },
    });
    expect(await conversations(account, ['list', '--json'])).toMatchObject({ code: 1, stdout: '' });
  });

  it.each([
    [[], CALL_LINE + HOURS_LINE],
    [['--all'], OTHER_LINE + CALL_LINE + HOURS_LINE],
    [['--assistant', 'assistant-sandbox-quiet'], OTHER_LINE],
    [['--channel', 'phone_call'], CALL_LINE],
    [['--with', '+13125550100'], HOURS_LINE],
    [['--meta', 'ticket=4711'], HOURS_LINE],
    [['--meta', ' ticket = 4711 '], HOURS_LINE],
    [['--meta', 'ai_disabled=true', '--all'], OTHER_LINE],
    [['--since', '2h'], CALL_LINE],
    [['--since', '2026-01-01T00:30'], CALL_LINE],
    [['--since', '2026-01-01T03:30:00+03:00', '--all'], OTHER_LINE + CALL_LINE],
    [['--since', '2026-01-01'], CALL_LINE + HOURS_LINE],
    [['--name', 'HOURS', '--all'], OTHER_LINE + HOURS_LINE],
    [['--limit', 'all'], CALL_LINE + HOURS_LINE],
  ])('%j on a pipe', async (argv, lines) => {
    expect(await conversations(await populatedAccount(), ['list', ...argv])).toEqual(said(lines));
  });

  it('says that there are more than the limit', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['list', '--limit', '1'])).toEqual(
      said(CALL_LINE, 'there are more: --limit 2 or --limit all shows them\n'),
    );
    expect(await conversations(account, ['list', '--limit', '1', '-q'])).toEqual(said(CALL_LINE));
    expect(account.sandbox.requestCount('list_conversations')).toBe(2);
  });

  it('is one object with --json', async () => {
    const argv = ['list', '--json', '--meta', 'ticket=4711'];
    const { code, stdout, stderr } = await conversations(await populatedAccount(), argv);
    expect({ code, stderr, json: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      stderr: '',
      json: { conversations: [HOURS_JSON], has_more: false },
    });
    const more = await conversations(await populatedAccount(), ['list', '--json', '--limit', '1']);
    expect(JSON.parse(more.stdout)).toMatchObject({
      conversations: [{ id: CALL }],
      has_more: true,
    });
  });

  it('is a table with ages on a terminal, in a window of 80 columns', async () => {
    const terminal = { stdoutIsTTY: true, env: { TELNYX_CHAT_PAGER: '', NO_COLOR: '1' } };
    const result = await conversations(await populatedAccount(), ['list', '--all'], terminal);
    expect(result.stdout.split('\n')).toEqual([
      'ID                                    NAME           LAST USED  STATE',
      `${OTHER}  Opening hours  1 h ago    taken over`,
      `${CALL}                 2 h ago`,
      `${HOURS}  Opening hours  2 h ago`,
      '',
    ]);
  });

  it.each([
    [20, '33333333-…  Opening…'],
    [40, '33333333…  Opening hours  taken over'],
    [45, '33333333…  Opening ho…  1 h ago    taken over'],
    [50, '33333333…  Opening hours  1 h ago    taken over'],
    [60, `${OTHER}  Opening h…  taken over`],
  ])('has no row that is wider than a window of %i columns', async (columns, first) => {
    const { env, clock } = await populatedAccount();
    const given = { ...env, TELNYX_CHAT_PAGER: '', NO_COLOR: '1' };
    const options = { stdoutIsTTY: true, columns, clock, env: given };
    const { code, stdout } = await runCli(['conversations', 'list', '--all'], options);
    const rows = stdout.trimEnd().split('\n');
    expect({ code, count: rows.length }).toEqual({ code: 0, count: 4 });
    expect(rows.filter((row) => row.length > columns)).toEqual([]);
    expect(rows[1]).toBe(first);
  });

  it('tells names and ages rather than whole ids in a narrow window', async () => {
    const { env, clock, sandbox } = await populatedAccount();
    sandbox.store.delete(OTHER);
    const given = { ...env, TELNYX_CHAT_PAGER: '', NO_COLOR: '1' };
    const options = { stdoutIsTTY: true, columns: 32, clock, env: given };
    const { stdout } = await runCli(['conversations', 'list'], options);
    expect(stdout.split('\n')).toEqual([
      'ID         NAME        LAST USED',
      '22222222…              2 h ago',
      '11111111…  Opening h…  2 h ago',
      '',
    ]);
  });

  it('lists no more than one in a table with nothing else to show', async () => {
    const account = await populatedAccount();
    account.sandbox.store.delete(OTHER);
    account.sandbox.store.delete(CALL);
    const thread = account.sandbox.store.find(HOURS);
    if (thread) thread.conversation.metadata = { assistant_id: 'assistant-sandbox' };
    const terminal = { stdoutIsTTY: true, env: { TELNYX_CHAT_PAGER: '', FORCE_COLOR: '1' } };
    expect((await conversations(account, ['list'], terminal)).stdout).toBe(
      '\x1b[38;5;243mID                                    NAME           LAST USED\x1b[39m\n' +
        `${HOURS}  \x1b[1mOpening hours\x1b[22m  \x1b[38;5;243m2 h ago\x1b[39m\n`,
    );
  });

  it.each([
    [['--channel', 'phone_cal'], 'no conversations; did you mean --channel phone_call?; '],
    [['--channel', 'fax'], 'no conversations; known channels are phone_call, '],
    [['--meta', 'a=b'], 'no conversations; --all looks at those of all assistants\n'],
    [['--meta', 'a=b', '--all'], 'no conversations\n'],
  ])('says what may be wrong when there are none: %j', async (argv, note) => {
    const { code, stdout, stderr } = await conversations(await populatedAccount(), [
      'list',
      ...argv,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.startsWith(note)).toBe(true);
  });

  it('shows names that would control a terminal as one harmless line', async () => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(CALL);
    if (thread) thread.conversation.name = 'a\x1b[2Jb\tc\nd\u202e';
    expect((await conversations(account, ['list'])).stdout).toContain(`${CALL}\tab c d\t2026`);
  });
});

const SHOWN = `id         ${HOURS}
name       Opening hours
assistant  assistant-sandbox
channel    sms_chat
with       +13125550100
started    2026-01-01 00:00:00Z
last used  2026-01-01 00:00:00Z
metadata   ticket=4711

2026-01-01 00:00:00Z  user
  When do you open
  on Sunday?

2026-01-01 00:00:00Z  assistant
  calls look_up({"day":"Sunday"})

2026-01-01 00:00:00Z  tool
  {"opens":"10:00"}

2026-01-01 00:00:00Z  assistant
  At ten.
`;

const message = (role: string, text: string, ms: number, tool_calls: object[] = []) => {
  const time = `2026-01-01T00:00:00.00${ms}Z`;
  return { role, text, sent_at: time, created_at: time, tool_calls };
};
const WHOLE_JSON = {
  ...HOURS_JSON,
  messages: [
    message('user', 'When do you open\non Sunday?', 1),
    message('assistant', '', 2, [{ id: 'call_1', name: 'look_up', arguments: '{"day":"Sunday"}' }]),
    message('tool', '{"opens":"10:00"}', 3),
    message('assistant', 'At ten.', 4),
  ],
};

describe('conversations show', () => {
  it('shows turns, speakers, times and tool calls, by id and by name', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['show', HOURS])).toEqual(said(SHOWN));
    expect(account.sandbox.requestCount('list_conversations')).toBe(0);
    expect(await conversations(account, ['show', 'Opening hours'])).toEqual(said(SHOWN));
  });

  it('is one object with --json', async () => {
    const result = await conversations(await populatedAccount(), ['show', HOURS, '--json']);
    expect(JSON.parse(result.stdout)).toEqual(WHOLE_JSON);
  });
});

describe('conversations export', () => {
  const MARKDOWN = `# Opening hours

${HOURS}

## user, 2026-01-01T00:00:00.001Z

When do you open
on Sunday?

## assistant, 2026-01-01T00:00:00.002Z

\`look_up({"day":"Sunday"})\`

## tool, 2026-01-01T00:00:00.003Z

{"opens":"10:00"}

## assistant, 2026-01-01T00:00:00.004Z

At ten.
`;

  it('writes Markdown, text and JSON to stdout', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['export', HOURS])).toEqual(said(MARKDOWN));
    const text = await conversations(account, ['export', HOURS, '--format', 'txt']);
    expect(text.stdout.split('\n').slice(0, 7)).toEqual([
      'Opening hours',
      HOURS,
      '',
      'user, 2026-01-01T00:00:00.001Z:',
      'When do you open',
      'on Sunday?',
      '',
    ]);
    for (const flags of [['--format', 'json'], ['--json']]) {
      const json = await conversations(account, ['export', HOURS, ...flags]);
      expect(JSON.parse(json.stdout)).toEqual(WHOLE_JSON);
    }
  });

  it('writes a file for its owner alone, in the format of its name, never over another', async () => {
    const account = await populatedAccount();
    const cwd = temporaryFolder();
    const path = join(cwd, 'hours.json');
    const argv = ['export', HOURS, '-o', 'hours.json'];
    expect(await conversations(account, argv, { cwd })).toEqual(said('', `saved to ${path}\n`));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(WHOLE_JSON);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'precious');
    expect(await conversations(account, argv, { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/hours\.json already exists\nhint: .*--force/),
    });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect((await conversations(account, [...argv, '--force'], { cwd })).code).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(WHOLE_JSON);
  });

  it('finds the home folder where the shell has left ~ as it is', async () => {
    const account = await populatedAccount();
    const home = temporaryFolder();
    const options = { home, cwd: temporaryFolder() };
    const path = join(home, 'hours.md');
    const { stderr } = await conversations(
      account,
      ['export', HOURS, '--output=~/hours.md'],
      options,
    );
    expect(stderr).toBe(`saved to ${path}\n`);
    expect(readFileSync(path, 'utf8')).toBe(MARKDOWN);
  });

  it('replaces what a link leads to, not the link', async () => {
    const account = await populatedAccount();
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'notes'));
    writeFileSync(join(cwd, 'notes/old.json'), 'old');
    const links = { 'link.json': 'notes/old.json', 'dangling.json': 'notes/new.json' };
    for (const [link, target] of Object.entries(links)) {
      symlinkSync(target, join(cwd, link));
      const argv = ['export', HOURS, '-o', link, '--force'];
      const path = join(cwd, link);
      expect(await conversations(account, argv, { cwd })).toEqual(said('', `saved to ${path}\n`));
      expect(readlinkSync(path)).toBe(target);
      expect(JSON.parse(readFileSync(join(cwd, target), 'utf8'))).toEqual(WHOLE_JSON);
    }
    expect(readdirSync(join(cwd, 'notes')).sort()).toEqual(['new.json', 'old.json']);
  });

  it('takes /dev/stdout for stdout', async () => {
    const account = await populatedAccount();
    const { code, stdout, stderr } = await conversations(account, [
      ...['export', HOURS, '-o', '/dev/stdout', '--json'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(WHOLE_JSON);
  });

  it('writes into a named pipe once somebody reads it, or until it is stopped', async () => {
    const account = await populatedAccount();
    const cwd = temporaryFolder();
    const pipe = join(cwd, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const argv = ['export', HOURS, '-o', 'pipe', '--format', 'json', '--force'];
    const stop = new AbortController();
    const sleep = async (): Promise<void> => {
      stop.abort(new AppError('interrupted', 'interrupted'));
      return Promise.reject(stop.signal.reason as AppError);
    };
    const clock = { ...account.clock, sleep };
    const stopped = await conversations(account, argv, { cwd, signal: stop.signal, clock });
    expect(stopped.code).toBe(130);
    const read = promisify(execFile)('cat', [pipe]);
    expect(await conversations(account, argv, { cwd })).toEqual(said('', `saved to ${pipe}\n`));
    expect(JSON.parse((await read).stdout)).toEqual(WHOLE_JSON);
    expect(statSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(cwd)).toEqual(['pipe']);
  });

  it('leaves nothing behind that is not whole, and what was there before', async () => {
    const account = await populatedAccount({
      faultSettings: { rules: ['list_messages/status_500_before:1'] },
    });
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'old.md'), 'precious');
    const run = (file: string, ...more: string[]): Promise<CliResult> =>
      conversations(account, ['export', HOURS, '-o', file, ...more], { cwd });
    expect(await run('new.md')).toMatchObject({ code: 1 });
    expect(await run('old.md', '--force')).toMatchObject({ code: 1 });
    expect(existsSync(join(cwd, 'new.md'))).toBe(false);
    expect(readFileSync(join(cwd, 'old.md'), 'utf8')).toBe('precious');
  });
});

describe('conversations export on a full disk', () => {
  it('fails as it does on stdout', async () => {
    const argv = ['export', HOURS, '-o', '/dev/full', '--force'];
    const { code, stderr } = await conversations(await populatedAccount(), argv);
    expect(code).toBe(1);
    expect(stderr).toContain('error: cannot save /dev/full: ENOSPC');
  });
});

describe('conversations new, rename', () => {
  it('prints the id of a new one', async () => {
    const account = await populatedAccount();
    const argv = ['new', '--title', 'Trip', '--meta', 'ticket=1'];
    const { stdout, ...rest } = await conversations(account, argv);
    expect(rest).toEqual({ code: 0, stderr: '' });
    const [newest] = account.sandbox.store.list();
    expect(stdout).toBe(`${newest?.conversation.id}\n`);
    expect(newest?.conversation).toMatchObject({
      name: 'Trip',
      metadata: { ticket: '1', assistant_id: 'assistant-sandbox' },
    });
    const json = await conversations(account, ['new', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      name: null,
      assistant_id: 'assistant-sandbox',
    });
  });

  it('takes blanks around a name for nobody’s intention, giving it and finding it', async () => {
    const account = await populatedAccount();
    const line = `renamed ${HOURS} to Sunday\n`;
    expect(await conversations(account, ['rename', HOURS, ' Sunday '])).toEqual(said(line));
    expect((await conversations(account, ['new', '--title', ' Trip '])).code).toBe(0);
    expect(account.sandbox.store.list()[0]?.conversation.name).toBe('Trip');
    for (const reference of ['Sunday', ' Sunday ', ` ${HOURS}\n`]) {
      const { stdout } = await conversations(account, ['show', reference, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ id: HOURS });
    }
  });

  it('renames in the metadata, all of which is kept; then the name works in place of the id', async () => {
    const account = await populatedAccount();
    const line = `renamed ${HOURS} to Sunday\n`;
    expect(await conversations(account, ['rename', HOURS, 'Sunday'])).toEqual(said(line));
    expect(account.sandbox.store.find(HOURS)?.conversation.metadata).toEqual({
      ...HOURS_JSON.metadata,
      telnyx_chat_name: 'Sunday',
    });
    const json = await conversations(account, ['rename', 'Sunday', 'Monday', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ id: HOURS, name: 'Monday' });
    const { env, clock } = account;
    const sent = await runCli(['send', '--json', '--conversation', 'Monday', 'hi'], { env, clock });
    expect(JSON.parse(sent.stdout)).toMatchObject({ conversation_id: HOURS });
  });

  it('lists those that a name means when they are several', async () => {
    const account = await populatedAccount();
    await conversations(account, ['rename', CALL, 'Opening hours']);
    const result = await conversations(account, ['show', 'Opening hours']);
    expect(result).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: 2 conversations are named "Opening hours"\nhint: use an id: ${CALL} (2026-01-01T01:00), ${HOURS} (2026-01-01T00:00)\n`,
    });
  });
});

describe('conversations takeover, say, release', () => {
  it('silences the assistant, lets a person speak, and lets it answer again', async () => {
    const account = await populatedAccount();
    const { env, clock, sandbox } = account;
    const send = (): Promise<CliResult> =>
      runCli(['send', '--conversation', HOURS, 'hello'], { env, clock });
    expect(await conversations(account, ['takeover', HOURS])).toEqual(
      said(`taken over ${HOURS}\n`),
    );
    expect(await send()).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('telnyx-chat conversations release'),
    });
    const argv = ['say', HOURS, 'One', 'moment,', 'please', '--as', 'Eve'];
    expect(await conversations(account, argv)).toEqual(said(`said in ${HOURS}\n`));
    expect(sandbox.store.find(HOURS)?.messages.at(-1)).toMatchObject({
      role: 'assistant',
      text: 'One moment, please',
    });
    expect(await conversations(account, ['release', HOURS])).toEqual(said(`released ${HOURS}\n`));
    expect(await send()).toMatchObject({ code: 0, stdout: expect.stringContaining('Hello!') });
    expect(sandbox.store.find(HOURS)?.conversation.metadata).toEqual({
      ...HOURS_JSON.metadata,
      ai_disabled: 'false',
    });
  });

  it('as JSON', async () => {
    const account = await populatedAccount();
    const taken = await conversations(account, ['takeover', HOURS, '--json']);
    expect(JSON.parse(taken.stdout)).toMatchObject({ id: HOURS, ai_disabled: true });
    const released = await conversations(account, ['release', HOURS, '--json']);
    expect(JSON.parse(released.stdout)).toMatchObject({ id: HOURS, ai_disabled: false });
    const argv = ['say', HOURS, '-', '--json', '--role', 'user'];
    const told = await conversations(account, argv, { input: 'as it is\n' });
    expect(told).toEqual(
      said(`{"conversation_id":"${HOURS}","role":"user","text":"as it is","name":null}\n`),
    );
  });

  it('says a thing once, however often its answer is lost', async () => {
    const account = await populatedAccount({
      faultSettings: { rules: ['add_message/reset_after:2x'] },
    });
    expect(await conversations(account, ['say', CALL, 'hello'])).toEqual(said(`said in ${CALL}\n`));
    expect(account.sandbox.store.find(CALL)?.messages).toHaveLength(1);
    expect(account.sandbox.requestCount('add_message')).toBeGreaterThan(1);
  });

  it('says what is known when all answers are lost', async () => {
    const account = await populatedAccount({
      faultSettings: { rules: ['add_message/reset_after:9x'] },
    });
    const { code, stdout, stderr } = await conversations(account, ['say', CALL, 'hello']);
    expect({ code, stdout, lines: stderr.split('\n').slice(1, 4) }).toEqual({
      code: 7,
      stdout: '',
      lines: [
        'delivery: unknown, the message may have been delivered; at most once',
        `hint: it may have been added: check with telnyx-chat conversations show ${CALL} before sending it again`,
        `conversation: ${CALL}`,
      ],
    });
    expect(account.sandbox.store.find(CALL)?.messages).toHaveLength(1);
  });
});

describe('conversations insights', () => {
  it('shows what was made of one', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['insights', HOURS])).toEqual(
      said(
        '2026-01-01 00:00:00Z  completed\n  sandbox-summary: A sandbox conversation of 1 turn.\n',
      ),
    );
    const json = await conversations(account, ['insights', HOURS, '--json', '--wait']);
    expect(JSON.parse(json.stdout)).toEqual({
      insights: [
        {
          id: `insight-${HOURS}`,
          status: 'completed',
          created_at: '2026-01-01T00:00:00.004Z',
          results: [{ insight_id: 'sandbox-summary', result: 'A sandbox conversation of 1 turn.' }],
        },
      ],
    });
  });

  it('has null where there is no result, and other JSON as text', async () => {
    const made = [
      { insight_id: 'a', result: null },
      { insight_id: 'b' },
      { insight_id: 'c', result: 0 },
    ];
    const insight = { id: 'i', status: 'completed', created_at: '', conversation_insights: made };
    const url = await answeringServer((_, response) => {
      response.end(JSON.stringify({ data: [insight] }));
    });
    const env = accountEnv(url);
    const { stdout } = await runCli(['conversations', 'insights', HOURS, '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      insights: [
        {
          results: [
            { insight_id: 'a', result: null },
            { insight_id: 'b', result: null },
            { insight_id: 'c', result: '0' },
          ],
        },
      ],
    });
  });

  it('says that there are none yet; with --wait that none came in time', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['insights', CALL])).toEqual(said('', 'no insights yet\n'));
    expect(await conversations(account, ['insights', CALL, '--wait'])).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/not finished yet\nhint: .*--timeout/),
    });
  });
});

describe('conversations delete', () => {
  it('deletes one or many with --yes', async () => {
    const account = await populatedAccount();
    const argv = ['delete', HOURS, CALL, HOURS, '--yes'];
    expect(await conversations(account, argv)).toEqual(said(`deleted ${HOURS}\ndeleted ${CALL}\n`));
    expect(account.sandbox.store.list()).toHaveLength(1);
    const json = await conversations(account, ['delete', OTHER, '--yes', '--json']);
    expect(json).toEqual(said(`{"deleted":["${OTHER}"],"failed":[],"not_tried":[]}\n`));
  });

  it('refuses without --yes where nobody can be asked, before any request', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['delete', 'Opening hours'], { input: 'y\n' })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: nobody can be asked whether to delete\nhint: add --yes to delete without asking\n',
    });
    expect(account.sandbox.stats().requests).toEqual({});
  });

  it.each(['show', 'export', 'rename', 'takeover', 'insights', 'delete'])(
    '%s says that there is none of this id',
    async (command) => {
      const account = await populatedAccount();
      const id = '00000000-0000-4000-8000-000000000000';
      const more = { rename: ['x'], delete: ['--yes'] }[command] ?? [];
      const { code, stderr } = await conversations(account, [command, id, ...more]);
      expect(code).toBe(5);
      expect(stderr).toMatch(/^error: Resource not found: .+\nhint: check .* the conversation id/);
      expect(stderr).toContain(`conversation: ${id}\n`);
    },
  );

  it('goes on after one that is gone, and exits with its code', async () => {
    const account = await populatedAccount();
    const gone = '99999999-9999-4999-8999-999999999999';
    const result = await conversations(account, ['delete', gone, CALL, '--yes']);
    expect(result).toMatchObject({ code: 5, stdout: `deleted ${CALL}\n` });
    expect(result.stderr).toContain(`conversation: ${gone}`);
    const json = await conversations(account, ['delete', gone, HOURS, '--yes', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      deleted: [HOURS],
      failed: [{ id: gone, error: { kind: 'not_found', conversation_id: gone } }],
    });
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { kind: 'not_found', conversation_id: gone },
    });
    const two = ['delete', gone, gone.replaceAll('9', '7'), '--yes', '--json'];
    expect(JSON.parse((await conversations(account, two)).stderr)).toMatchObject({
      error: { message: expect.stringMatching(/; 1 more could not be deleted$/) as string },
    });
  });

  it('knows all names before it deletes anything', async () => {
    const account = await populatedAccount();
    expect(await conversations(account, ['delete', HOURS, 'nobody', '--yes'])).toMatchObject({
      code: 5,
    });
    expect(account.sandbox.store.list()).toHaveLength(3);
  });

  it('takes one that is gone after a lost answer for deleted', async () => {
    const account = await populatedAccount({
      faultSettings: { rules: ['delete_conversation/reset_after:1x'] },
    });
    expect(await conversations(account, ['delete', CALL, '--yes'])).toEqual(
      said(`deleted ${CALL}\n`),
    );
  });
});

describe('bad input is told before any request', () => {
  it.each([
    [
      ['list', '--with', '13125550100'],
      'bad --with "13125550100": not a phone number in E.164 format',
      /\+1312/,
    ],
    [
      ['list', '--with', '+1 312 555'],
      'bad --with "+1 312 555": not a phone number in E.164 format',
      /\+1312/,
    ],
    [['list', '--since', 'yesterday'], 'bad --since "yesterday"', /2h or 3d/],
    [['list', '--since', '2026-02-30'], 'bad --since "2026-02-30"', /2026-01-31/],
    [['list', '--since', '2026-01-31T25:00'], 'bad --since "2026-01-31T25:00"', /T09:00Z/],
    [['list', '--meta', 'ticket'], 'bad --meta "ticket"', /ticket=4711/],
    [['list', '--limit', '0'], 'bad --limit "0"', /whole number/],
    [['list', '--limit', '1.5'], 'bad --limit "1.5"', /or all/],
    [['list', '--channel', 'phone call'], 'bad --channel "phone call"', /phone_call, web_call/],
    [['list', '--all', '-a', 'x'], '--all and --assistant exclude each other', /leave out --all/],
    [['lst'], "unknown command 'conversations lst'", /Did you mean list\?/],
    [['list', '--chanel', 'x'], "unknown option '--chanel'", /--channel/],
    [['show'], "missing required argument 'id|name'", /^/],
    [['show', ''], '"" is neither an id nor a name', /give the id or the name/],
    [['rename', HOURS, ' '], 'a name is required', /^/],
    [['rename', HOURS, CALL], `${CALL} looks like a conversation id`, /another name/],
    [['rename', HOURS, ` ${CALL}`], `${CALL} looks like a conversation id`, /another name/],
    [['rename', HOURS, 'a\nb'], 'a name cannot contain line breaks, tabs', /another name/],
    [['rename', HOURS, 'a\x1b[31m'], /a name cannot contain .* control characters/, /another name/],
    [
      ['rename', HOURS, 'a'.repeat(501)],
      /a name can have at most 500 characters; this one has 501/,
      /another name/,
    ],
    [['new', '--title', 'a\tb'], 'a name cannot contain line breaks, tabs', /another name/],
    [['new', '--title', 'a'.repeat(501)], 'a name can have at most 500 characters', /another name/],
    [['new', '--title', CALL], `${CALL} looks like a conversation id`, /another name/],
    [['say', HOURS], 'message is required', /conversations say/],
    [['say', HOURS, 'x', '--role', 'tool'], /argument 'tool' is invalid/, /^/],
    [['export', HOURS, '--format', 'pdf'], /argument 'pdf' is invalid.*md, json, txt, chat/, /^/],
    [['export', 'Opening hours', '-o', ''], '--output is empty', /leave it out/],
    [['export', 'Opening hours', '-o', '/tmp'], '/tmp is a folder', /\/tmp\/conversation\.md/],
    [['export', 'Opening hours', '-o', '/tmp', '--force'], '/tmp is a folder', /a file in it/],
    [
      ['export', 'Opening hours', '-o', 'x.pdf'],
      'cannot save as "x.pdf"',
      /\.md, \.json, \.txt or \.chat/,
    ],
    [
      ['export', HOURS, '--json', '--format', 'md'],
      '--json and --format md exclude each other',
      /^/,
    ],
    [['export', HOURS, '-o', '/none/x.md'], 'there is no folder /none', /create it first/],
    [['export', HOURS, '-o', '/tmp/none-such/'], 'there is no folder /tmp/none-such', /create it/],
    [['export', 'Opening hours', '-o', '/dev/null'], '/dev/null already exists', /--force/],
    [['list', '--name', ''], '--name is empty', /leave it out/],
    [['new', '--title', ' '], '--title is empty', /leave it out/],
    [['new', '--meta', 'assistant_id=x'], '--meta cannot set assistant_id', /--assistant/],
    [['new', '--meta', 'ai_disabled=true'], '--meta cannot set ai_disabled', /takeover/],
    [['new', '--meta', 'telnyx_chat_name=x'], '--meta cannot set telnyx_chat_name', /--title/],
    [['new', '--meta', '__proto__=x'], '--meta cannot have the key __proto__', /another key/],
    [['list', '--meta', 'prototype=x'], '--meta cannot have the key prototype', /another key/],
  ])('%j', async (argv, text, hint) => {
    const account = await populatedAccount();
    const { code, stdout, stderr } = await conversations(account, argv);
    const [error = '', ...rest] = stderr.split('\n');
    expect({ code, stdout, requests: account.sandbox.stats().requests }).toEqual({
      code: 2,
      stdout: '',
      requests: {},
    });
    expect(error).toMatch(text);
    expect(rest.join('\n')).toMatch(hint);
  });

  it.each(['list', 'new', 'show x', 'delete x --yes', 'takeover x', 'insights x'])(
    '%s needs a key',
    async (argv) => {
      const result = await runCli(['conversations', ...argv.split(' ')]);
      expect(result).toMatchObject({ code: 3, stdout: '' });
      expect(result.stderr).toContain('TELNYX_API_KEY is required');
    },
  );
});
