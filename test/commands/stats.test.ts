import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { seed } from '../../src/sandbox/control.js';
import { account } from '../helpers/account.js';
import { populatedAccount, type Populated } from '../helpers/populated-account.js';
import { runCli, type CliOptions, type CliResult } from '../helpers/run-cli.js';
import { stillClock } from '../helpers/still-clock.js';

const run = (
  { env, clock }: Pick<Populated, 'env' | 'clock'>,
  argv: string[] = [],
  options: CliOptions = {},
): Promise<CliResult> => runCli(['conversations', 'stats', ...argv], { env, clock, ...options });

const NOTE = 'counting the last 30 days; --since 365d counts a year\n';

/** Conversations of five turns, each answered after a second, three days one after another. */
async function threeDays(options: Parameters<typeof account>[0] = {}) {
  const clock = stillClock();
  const given = await account({ clock, ...options });
  const { store, assistantId } = given.sandbox;
  const metadata = { assistant_id: assistantId };
  for (const conversations of [1, 4, 2]) {
    const seeded = { conversations, messages: 10, every_ms: 1_000, name: '', metadata };
    clock.advance(86_400_000);
    seed(seeded, { store, now: clock.now(), randomId: () => crypto.randomUUID() });
  }
  return { ...given, clock };
}

describe('conversations stats', () => {
  it('prints fields on a pipe', async () => {
    expect(await run(await populatedAccount(), ['--since', '1d'])).toEqual({
      code: 0,
      stdout: [
        'conversations\t2\tstarted 2026-01-01 to 2026-01-01\n',
        ...['phone_call\t1\t\n', 'sms_chat\t1\t\n', 'turns\t1\t0.5 in each\n'],
        'tool calls\t1\t0 failed\n',
        'first reply\t0.0 s\tmedian of 1; 95% within 0.0 s\n',
        'answer\t0.0 s\tmedian of 1; 95% within 0.0 s\n',
        ...['taken over\t0\t\n', 'with insights\t1\t\n'],
      ].join(''),
      stderr: '2 conversations counted\n',
    });
  });

  it('is a table with a plot on a terminal', async () => {
    const options = { stdoutIsTTY: true, columns: 60 };
    const { stdout, stderr } = await run(await threeDays(), ['--no-color'], options);
    const lines = stdout.split('\n');
    expect(lines).toContain('turns             35  5.0 in each');
    expect(lines).toContain('first reply    1.0 s  median of 35; 95% within 1.0 s');
    expect(lines.find((line) => line.startsWith('per day'))).toBe('per day        ▂█▄');
    expect(stderr).toBe(`${NOTE}7 conversations counted\n`);
  });

  it('breaks remarks between words in a narrow window', async () => {
    const options = { stdoutIsTTY: true, columns: 40 };
    const { stdout } = await run(await threeDays(), ['--no-color'], options);
    expect(stdout).toContain('first reply    1.0 s  median of 35; 95%\n    within 1.0 s\n');
  });

  it('is one object with --json', async () => {
    const { stdout, stderr } = await run(await threeDays(), ['--json']);
    const times = {
      ...{ first_reply_ms_median: 1_000, first_reply_ms_p95: 1_000 },
      ...{ answer_ms_median: 1_000, answer_ms_p95: 1_000 },
    };
    expect({ stderr, json: JSON.parse(stdout) as unknown }).toMatchObject({
      stderr: '',
      json: {
        ...{ conversations: 7, turns: 35, answered: 35, tool_calls: 0, complete: true, ...times },
        by_day: [
          { channel: null, conversations: 1, turns: 5, ...times },
          { channel: null, conversations: 4, turns: 20 },
          { channel: null, conversations: 2, turns: 10 },
        ],
      },
    });
  });

  it('is a line for each day and channel with --csv, safe for a spreadsheet', async () => {
    const given = await populatedAccount();
    const { store, assistantId } = given.sandbox;
    const channel = '=HYPERLINK("x,y")';
    store.create('', { assistant_id: assistantId, telnyx_conversation_channel: channel });
    const { stdout } = await run(given, ['--csv', '-q']);
    expect(stdout.split('\n').map((line) => line.split(',').slice(0, 5).join(','))).toEqual([
      'day,channel,conversations,turns,tool_calls',
      '2026-01-01,"\'=HYPERLINK(""x,y"")",1,0',
      '2026-01-01,phone_call,1,0,0',
      '2026-01-01,sms_chat,1,1,1',
      '',
    ]);
  });

  it.each([
    [['--channel', 'phone_call'], 1],
    [['--all'], 3],
    [['--name', 'nothing'], 0],
    [['--limit', '1'], 1],
  ])('counts what %j chooses', async (argv, conversations) => {
    const { stdout } = await run(await populatedAccount(), ['--json', ...argv]);
    expect(JSON.parse(stdout)).toMatchObject({
      conversations,
      complete: !argv.includes('--limit'),
    });
  });

  it('is complete with faults', async () => {
    const rules = ['list_messages/status_429:0.2', 'list_messages/status_500_before:0.1'];
    const given = await threeDays({ faultSettings: { rules, seed: 7 } });
    const { code, stdout } = await run(given, ['--json']);
    expect({ code, json: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 0,
      json: { conversations: 7, turns: 35 },
    });
  });

  it('keeps what was counted when it is stopped, and says so', async () => {
    const stop = new AbortController();
    const given = await threeDays();
    const { clock } = given;
    const list = given.sandbox.requestCount;
    const stopping = {
      ...clock,
      monotonic() {
        if (list('list_messages') > 4) stop.abort(new AppError('interrupted', 'interrupted'));
        return clock.monotonic();
      },
    };
    const { code, stdout, stderr } = await run({ ...given, clock: stopping }, [], {
      signal: stop.signal,
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^conversations\t[1-6]\t/);
    expect(stderr).toMatch(/\nstopped: [1-6] conversations? counted so far\n/);
  });

  it.each([
    [['--limit', '0'], 'bad --limit "0"'],
    [['--since', 'soon'], 'bad --since "soon"'],
    [['--csv', '--json'], 'cannot be used'],
  ])('refuses %j before any request', async (argv, message) => {
    const given = await populatedAccount();
    const { code, stderr } = await run(given, argv);
    expect({ code, requests: given.sandbox.requestCount('list_conversations') }).toEqual({
      code: 2,
      requests: 0,
    });
    expect(stderr).toContain(message);
  });
});
