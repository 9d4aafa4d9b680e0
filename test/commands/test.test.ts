import {
  readdirSync,
  readFileSync,
  writeFileSync,
  mkdirSync,
  existsSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { run } from '../../src/main.js';
import { account } from '../helpers/account.js';
import {
  cliContext,
  runCli,
  temporaryFolder,
  type CliOptions,
  type CliResult,
} from '../helpers/run-cli.js';
import { realClock } from '../helpers/real-clock.js';
import { stillClock } from '../helpers/still-clock.js';

const ORDERS = `# Orders
== Weather   #smoke
> What is the weather in Rome?
? says sunny | raining
? calls get_weather {"city": "Rome"}

> What is my name?
? never says Ana

== Goodbye   #slow
> hello
< Goodbye! I am the assistant of the shop.
? says goodbye
`;

interface Folder {
  path: (name: string) => string;
  read: (name: string) => string;
  /** `telnyx-chat test` with these words, in the folder. */
  test: (words: string[], options?: CliOptions) => Promise<CliResult>;
}

/** A folder with these files, in which tests are run. Time stands still, so that all times are 0. */
function folderWith(files: Record<string, string>, env: Record<string, string> = {}): Folder {
  const home = temporaryFolder();
  const path = (name: string): string => join(home, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path(name), '..'), { recursive: true });
    writeFileSync(path(name), text);
  }
  return {
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    test: (words, options) =>
      runCli(['test', ...words], { home, env, clock: stillClock(), input: '', ...options }),
  };
}

/** Ids of conversations and runs differ from run to run. */
const steady = (text: string): string =>
  text.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');

const NOTICE = 'sandbox: a scripted assistant answers, nothing leaves this machine\n';

const FAILED = `✗ orders.chat:10  Goodbye  (0ms)
  orders.chat:13  says goodbye
    failed: no "goodbye": the reply is "Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do."
    > hello
    - [Goodbye!] I am the assistant of the [shop.]
    + [Hello!] I am the [scripted] assistant of the [sandbox.] [Say] ["help"] [to] [see] [what] [I] [can] [do.]
  conversation ID
  again: telnyx-chat test --sandbox orders.chat:10
`;

describe('what a person sees', () => {
  it('in a pipe: a line a case, and for one that failed what came instead', async () => {
    const { test } = folderWith({ 'orders.chat': ORDERS });
    const { code, stdout, stderr } = await test(['--sandbox', '-j', '1']);
    expect(steady(stdout)).toBe(`✓ orders.chat:2  Weather  (0ms)
${FAILED}1 passed, 1 failed
first words p50 0ms, p95 0ms; answers p50 0ms, p95 0ms
`);
    expect([code, stderr]).toEqual([9, NOTICE]);
  });

  it('on a terminal: the same with colours, words that differ underlined', async () => {
    const { test } = folderWith({ 'orders.chat': ORDERS });
    const window = { stdoutIsTTY: true, columns: 200 };
    const { stdout } = await test(['--sandbox', 'orders.chat:10'], window);
    expect(steady(stdout)).toBe(
      [
        '\u001b[38;5;196m✗\u001b[39m \u001b[38;5;243morders.chat:10\u001b[39m  Goodbye  \u001b[38;5;243m(0ms)\u001b[39m',
        '  orders.chat:13  says goodbye',
        '    failed: no "goodbye": the reply is "Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do."',
        '\u001b[38;5;243m    > hello\u001b[39m',
        '\u001b[38;5;243m    - \u001b[4mGoodbye!\u001b[24m I am the assistant of the \u001b[4mshop.\u001b[24m\u001b[39m',
        '    + \u001b[4mHello!\u001b[24m I am the \u001b[4mscripted\u001b[24m assistant of the \u001b[4msandbox.\u001b[24m ' +
          ['Say', '"help"', 'to', 'see', 'what', 'I', 'can', 'do.']
            .map((word) => `\u001b[4m${word}\u001b[24m`)
            .join(' '),
        '\u001b[38;5;243m  conversation ID\u001b[39m',
        '\u001b[38;5;243m  again: telnyx-chat test --sandbox orders.chat:10\u001b[39m',
        '\u001b[38;5;196m1 failed\u001b[39m'.replace('1 failed', '0 passed, 1 failed'),
        '\u001b[38;5;243mfirst words p50 0ms, p95 0ms; answers p50 0ms, p95 0ms\u001b[39m',
        '',
      ].join('\n'),
    );
  });

  it('on a terminal: lines that break between words, but for a command to copy', async () => {
    const file = 'a-long-name-of-a-file.chat';
    const { test } = folderWith({ [file]: ORDERS });
    const window = { stdoutIsTTY: true, columns: 44 };
    const { stdout } = await test(['--sandbox', `${file}:10`, '--no-color'], window);
    const lines = steady(stdout).split('\n');
    expect(lines.slice(4, 8)).toEqual([
      '    failed: no "goodbye": the reply is',
      '            "Hello! I am the scripted',
      '            assistant of the sandbox. Say',
      '            "help" to see what I can do."',
    ]);
    expect(lines.slice(9, 12)).toEqual([
      '    - [Goodbye!] I am the assistant of the',
      '      [shop.]',
      '    + [Hello!] I am the [scripted] assistant',
    ]);
    expect(lines).toContain(`  again: telnyx-chat test --sandbox ${file}:10`);
  });

  it('with --quiet: only what did not pass', async () => {
    const { test } = folderWith({ 'orders.chat': ORDERS });
    expect((await test(['--sandbox', '-q', '--tag', 'smoke'])).stdout).toBe(
      '1 passed\nfirst words p50 0ms, p95 0ms; answers p50 0ms, p95 0ms\n',
    );
  });

  it('in GitHub Actions: annotations, and no command that an assistant said', async () => {
    const { test } = folderWith({ 'a.chat': '== a\n> hello\n< ::error::x\n? says ##[group]\n' });
    const { stdout } = await test(['--sandbox'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stdout.match(/^\s*::.*/gm)).toEqual([
      '::error file=a.chat,line=4,title=a::says # #[group]: no "# #[group]": the reply is "Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do."',
    ]);
    expect(stdout).not.toContain('##[');
    expect(stdout).toContain('    - [::error::x]\n');
  });

  it('in a folder of a repository: an annotation for each failed check, ten at most', async () => {
    const checks = Array.from({ length: 12 }, (_, index) => `? says no ${index}\n`).join('');
    const { test, path } = folderWith({ 'a.chat': `runs: 2\n== a\n> hello\n${checks}` });
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: path('..') };
    const { stdout } = await test(['--sandbox'], { env });
    const [, folder] = /.*\/(.*)$/.exec(path('.')) ?? [];
    expect(stdout.match(/^::error file=\S*,line=\d+/gm)).toEqual(
      Array.from({ length: 10 }, (_, index) => `::error file=${folder}/a.chat,line=${index + 4}`),
    );
  });

  it('in GitHub Actions: a mistake in a file as an annotation', async () => {
    const { test } = folderWith({ 'a.chat': '== a\n> hello\n? sings ::x\n? says\n' });
    const { code, stderr } = await test(['--sandbox'], { env: { GITHUB_ACTIONS: 'true' } });
    expect([code, stderr.match(/^::.*/gm)]).toEqual([
      2,
      [
        '::error file=a.chat,line=3,col=3,title=mistake in a .chat file::unknown check "sings"',
        '::error file=a.chat,line=4,col=7,title=mistake in a .chat file::the check ends too early',
      ],
    ]);
  });

  it.each([
    [['--sandbox', '--keep', '--timeout', '9', '--seed', '7', '--fault', 'refuse:0']],
    [['--sandbox', '-a', 'assistant-sandbox', '--var', 'a=b c']],
    [['--replay']],
  ])('the command that runs it again has %j', async (flags) => {
    const { test } = folderWith({ 'a.chat': '== a\n> hello\n< hello\n? says bye\n' });
    const { stdout } = await test(flags);
    const [, again = ''] = /again: telnyx-chat test (.*) a\.chat:1$/m.exec(stdout) ?? [];
    const words = again.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", '')) ?? [];
    expect(words.toSorted()).toEqual(flags.toSorted());
  });

  it('is nothing but the report when that goes to stdout', async () => {
    const { test } = folderWith({ 'orders.chat': ORDERS });
    const { code, stdout, stderr } = await test([
      '--sandbox',
      '--report',
      'tap=-',
      '--tag',
      'smoke',
    ]);
    expect([code, stdout, stderr]).toEqual([
      0,
      'TAP version 14\n1..1\nok 1 - orders.chat:2 Weather\n',
      NOTICE,
    ]);
    const json = await test(['--sandbox', '--json', '--tag', 'smoke']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      counts: { passed: 1 },
      cases: [{ file: 'orders.chat', line: 2, tags: ['smoke'], verdict: 'passed' }],
    });
    expect(json.stderr).toBe('');
  });
});

it('cuts the lines that a stack quotes in what is to be reported', async () => {
  const { test } = folderWith({ 'a.chat': '== a\n> hello\n< hello\n? says hello\n' });
  const error = Object.assign(new Error('broken'), {
    stack: `file.js:1\n${'x'.repeat(97_000)}\nError: broken\n    at here`,
  });
  const now = (): never => {
    throw error;
  };
  const { code, stderr } = await test(['--replay'], {
    env: { TELNYX_CHAT_DEBUG: '1' },
    clock: { ...stillClock(), now },
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`\n${'x'.repeat(300)}\nError: broken\n    at here\n`);
});

describe('which cases', () => {
  const files = {
    'a.chat': '== one #x\n> hello\n? says hello\n== two #y\n> hello\n? says hello\n',
    'deep/b.chat': '== one\n> hello\n? says hello\n== three\n> hello\n? says bye\n',
    'node_modules/c.chat': 'broken',
    '.hidden/d.chat': 'broken',
    'notes.txt': 'broken',
  };
  const list = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await folderWith(files).test(['--list', ...words]);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2}\(.*/, ''));
  };

  it('are all below the folder, or those that are named', async () => {
    const all = [
      'a.chat:1  one #x',
      'a.chat:4  two #y',
      'deep/b.chat:1  one',
      'deep/b.chat:4  three',
    ];
    expect(await list()).toEqual(all);
    expect(await list('deep')).toEqual(all.slice(2));
    expect(await list('a.chat:5', 'a.chat')).toEqual(all.slice(0, 2));
    expect(await list('./a.chat:5', 'deep/b.chat:1')).toEqual([all[1], all[2]]);
    expect(await list('--tag', '#y', '--tag', 'x')).toEqual(all.slice(0, 2));
    expect(await list('--grep', 'ONE', '--grep', 'thr')).toEqual([all[0], all[2], all[3]]);
    expect(await list('--grep', 'one', '--tag', 'x')).toEqual(all.slice(0, 1));
  });

  it.each([
    [['--tag', 'nope'], 'no case is selected by --tag nope'],
    [['a.chat:99'], 'a.chat:99: no case is at this line'],
    [['b.chat'], 'there is no file "b.chat"'],
    [['--failed'], 'no run of the tests in this folder is remembered'],
    [['--fault', 'reset_after:0.1'], '--fault and --seed are for the sandbox'],
    [['--update'], 'nobody can be asked whether to accept replies'],
    [['--update=foo'], 'bad --update "foo"'],
    [['notes.txt'], 'notes.txt is not a .chat file'],
    [['--update=all', '--replay'], '--update and --replay exclude each other'],
    [['--update=all', '--watch'], '--update and --watch exclude each other'],
    [['--update=all', '--redact'], '--update and --redact exclude each other'],
    [['--update=all', '-a', 'x', '-a', 'y'], '--update takes one assistant'],
    [['--replay', '--sandbox'], '--sandbox and --replay exclude each other'],
    [['--report', 'html=x'], 'bad --report "html=x"'],
    [['--report', 'tap=-', '--json'], 'two reports cannot both go to stdout'],
    [['--report', 'tap=nowhere/x'], 'there is no folder'],
    [['--baseline', 'nowhere.json'], 'there is no file "nowhere.json"'],
    [['--baseline', 'notes.txt'], 'notes.txt is not a report of telnyx-chat test'],
    [['--var', '4=x'], 'bad --var "4=x"'],
    [['-j', '0'], 'bad --jobs "0"'],
    [['node_modules/c.chat'], 'node_modules/c.chat:1:1: the line has no mark'],
  ])('refuses %j', async (words, message) => {
    const sandbox = words.includes('--failed') ? ['--sandbox'] : [];
    const { code, stdout, stderr } = await folderWith(files).test([...words, ...sandbox]);
    const error = words.includes('--json')
      ? stderr
      : (stderr.split('\n').find((line) => line.startsWith('error:')) ?? '');
    expect([code, stdout]).toEqual([2, '']);
    expect(error).toContain(message);
  });

  it('are those that failed in the last run, until none is left', async () => {
    const { test, path } = folderWith(files);
    const counts = async (...words: string[]): Promise<[number, string | undefined]> => {
      const { code, stdout } = await test(['--sandbox', ...words]);
      return [code, stdout.split('\n').find((line) => /^\d/.test(line))];
    };
    expect(await counts()).toEqual([9, '3 passed, 1 failed']);
    expect(await counts('--failed')).toEqual([9, '0 passed, 1 failed']);
    writeFileSync(path('deep/b.chat'), '== three\n> hello\n? says hello\n');
    expect(await counts('--failed')).toEqual([0, '1 passed']);
    const { code, stderr } = await test(['--sandbox', '--failed']);
    expect([code, stderr]).toEqual([
      0,
      `${NOTICE}nothing failed in the last run: there is nothing to run again\n`,
    ]);
  });
});

describe('a report never replaces a test file', () => {
  const CASE = '== a\n> hello\n? says hello\n';

  it.each([
    ['of the run', ['json=a.chat'], 'bad --report "json=a.chat": .chat files are tests'],
    ['that is not run', ['md=b.chat', 'a.chat'], 'bad --report "md=b.chat": .chat files are tests'],
    ['of another ending', ['tap=c.txt', 'c.txt'], 'bad --report "tap=c.txt": it is one of the test files'],
    ['by a link', ['tap=link', 'c.txt'], 'bad --report "tap=link": it is one of the test files'],
    ['nor another report', ['tap=out', '--report', 'json=./out'], 'two reports cannot both go to "out"'],
  ])('%s', async (_, words, message) => {
    const { test, read, path } = folderWith({ 'a.chat': CASE, 'b.chat': CASE, 'c.txt': CASE });
    symlinkSync(path('c.txt'), path('link'));
    const { code, stdout, stderr } = await test(['--sandbox', '--report', ...words]);
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `error: ${message}`]);
    expect(['a.chat', 'b.chat', 'c.txt'].map(read)).toEqual([CASE, CASE, CASE]);
    expect(existsSync(path('out'))).toBe(false);
  }); // prettier-ignore

  it('and replaces that of an earlier run', async () => {
    const { test, read } = folderWith({ 'a.chat': CASE, 'run.json': 'old' });
    expect((await test(['--sandbox', '--report', 'json=run.json'])).code).toBe(0);
    expect(JSON.parse(read('run.json'))).toMatchObject({ counts: { passed: 1 } });
  });
});

describe('without a run that is remembered', () => {
  const passing = { 'a.chat': '== a\n> hello\n? says hello\n' };
  const NO_HOME = 'there is no home folder to remember runs in';

  it('says so after a run in an account without a home folder, and to --failed', async () => {
    const { path } = folderWith(passing);
    const world = { ...cliContext({ cwd: path('.'), input: '' }), home: undefined };
    const codes = [await run(['test', '--replay'], world)];
    codes.push(await run(['test', '--replay', '--failed'], world));
    expect([codes, world.stderr.text.split('\n')]).toEqual([
      [1, 2],
      [
        `warning: this run is not remembered for --failed: ${NO_HOME}`,
        `error: ${NO_HOME}`,
        'hint: set HOME, or TELNYX_CHAT_CONFIG_DIR to a folder for them',
        '',
      ],
    ]);
  });

  it('names a damaged file with a hint that mends it', async () => {
    const { test, path } = folderWith(passing);
    const folder = path('.local/state/telnyx-chat/tests');
    await test(['--sandbox']);
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), '{"cases": 7}');
    expect((await test(['--replay', '--failed'])).stderr).toBe(
      `error: ${join(folder, name)} is not a report of telnyx-chat test\nhint: run them without --failed\n`,
    );
    await test(['--sandbox']);
    expect((await test(['--sandbox', '--failed'])).code).toBe(0);
  });
});

it('breaks all mistakes on a terminal between words', async () => {
  const { test } = folderWith({ 'a.chat': '== a\n> hi\n? never calls t|ool x\n? sings loudly\n' });
  const { stderr } = await test([], { stderrIsTTY: true, columns: 40 });
  expect(stderr.split('\n').slice(0, 4)).toEqual([
    'error: a.chat:3:20: never calls takes',
    '       one tool',
    'hint: write: never calls tool, or never',
    '      calls tool {json}',
  ]);
});

it('shows all mistakes of all files, and sends nothing', async () => {
  const { sandbox, env } = await account();
  const { test } = folderWith(
    { 'a.chat': '== a\n> x\n? sings\nx\n', 'b.chat': '== b\n> x\n' },
    env,
  );
  const { code, stdout, stderr } = await test([]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.split('\n').filter((line) => line.startsWith('error:'))).toEqual([
    expect.stringMatching(/^error: a\.chat:3:3: /),
    expect.stringMatching(/^error: a\.chat:4:1: the line has no mark/),
    expect.stringMatching(/^error: b\.chat:1:\d+: /),
  ]);
  expect(sandbox.stats().requests).toEqual({});
});

describe('an account', () => {
  const files = { 'a.chat': '== a\n> hello\n? says hello\n' };

  it('has no conversation after a pass, and the failed one after a failure', async () => {
    const { sandbox, env } = await account();
    const { test } = folderWith({ 'orders.chat': ORDERS }, env);
    const { code, stdout } = await test([]);
    expect(code).toBe(9);
    const kept = sandbox.store.list().map(({ conversation }) => conversation);
    expect(kept).toMatchObject([
      { name: 'Goodbye', metadata: { assistant_id: 'assistant-sandbox' } },
    ]);
    expect(kept[0]?.metadata['telnyx_chat_test']).toMatch(/^[\da-f-]{36}$/);
    expect(stdout).toContain(`  conversation ${kept[0]?.id}\n`);
    await test(['--keep', '--tag', 'smoke']);
    expect(sandbox.store.list()).toHaveLength(2);
  });

  it.each([
    [{ TELNYX_API_KEY: '' }, [], 3, 'error: TELNYX_API_KEY is required'],
    [{ TELNYX_ASSISTANT_ID: '' }, [], 3, 'error: TELNYX_ASSISTANT_ID is required'],
    [{ TELNYX_API_KEY: 'wrong' }, [], 4, ''],
    [
      {},
      ['-a', 'assistant-none'],
      5,
      'error: there is no assistant "assistant-none": nothing was sent',
    ],
    [{ TELNYX_BASE_URL: 'http://127.0.0.1:1/v2' }, [], 7, ''],
  ])(
    'that cannot be used ends with its own code: %j %j',
    async (changed, words, expected, message) => {
      const { env } = await account();
      const { test } = folderWith(files, { ...env, ...changed });
      const { code, stderr } = await test(words);
      expect([code, stderr.split('\n')[0]]).toEqual([expected, message]);
    },
  );

  it('gets no conversation for an assistant that does not exist', async () => {
    const { sandbox, env } = await account();
    const { test } = folderWith(files, env);
    const { code, stderr } = await test(['-a', 'assistant-sandbox', '-a', 'assistant-none']);
    expect(stderr).toContain('hint: telnyx-chat assistants list shows those of this account\n');
    expect([code, sandbox.store.list()]).toEqual([5, []]);
  });

  it('has two assistants compared side by side', async () => {
    const { env } = await account();
    const { test } = folderWith(
      { 'a.chat': '== quiet\n> hello\n? says hello\n== tool\n> weather\n? calls get_weather\n' },
      env,
    );
    const ids = ['-a', 'assistant-sandbox', '-a', 'assistant-sandbox-private'];
    const { code, stdout } = await test([...ids, '-j', '1']);
    const lines = stdout.trimEnd().split('\n');
    expect(
      lines.filter((line) => /^[✓✗!] a/.test(line)).map((line) => line.replace(/ {2}\(.*/, '')),
    ).toEqual([
      '✓ a.chat:1  quiet  assistant-sandbox',
      '! a.chat:1  quiet  assistant-sandbox-private',
      '✓ a.chat:4  tool  assistant-sandbox',
      '! a.chat:4  tool  assistant-sandbox-private',
    ]);
    expect(stdout).toContain('again: telnyx-chat test -a assistant-sandbox-private a.chat:4');
    expect(lines.slice(-5)).toEqual([
      '1 2',
      '✓ !  a.chat:1  quiet',
      '✓ !  a.chat:4  tool',
      '2 passed, 2 errors',
      'first words p50 0ms, p95 0ms; answers p50 0ms, p95 0ms',
    ]);
    expect(code).toBe(1);
  });

  it('is left as it is by a Ctrl-C, but for what passed; the reports are written', async () => {
    const { sandbox, env } = await account();
    const controller = new AbortController();
    const { test, read } = folderWith(
      {
        'a.chat':
          '== first\n> hello\n? says hello\n== second\n> hello\n? says hello\n== third\n> hello\n? says hello\n',
      },
      env,
    );
    const { code, stdout } = await test(
      ['-j', '1', '--report', 'json=run.json', '--report', 'tap=run.tap'],
      {
        clock: realClock(),
        signal: controller.signal,
        onStdout: () => controller.abort(new AppError('interrupted', 'interrupted')),
      },
    );
    expect(code).toBe(130);
    expect(stdout).toContain('✓ a.chat:1  first');
    expect(stdout).toContain('interrupted: other cases may not have run\n');
    const report: unknown = JSON.parse(read('run.json'));
    expect(report).toMatchObject({ counts: { passed: 1 } });
    expect(read('run.tap')).toContain('Bail out! interrupted');
    const kept = sandbox.store.list().map(({ conversation }) => conversation.id);
    for (const id of kept) expect(stdout).toContain(id);
  });
});

it('fails with a baseline only on what got worse, and tells what is fixed and new', async () => {
  const turn = (title: string, text: string): string => `== ${title}\n> hello\n? says ${text}\n`;
  const { test, path } = folderWith({
    'a.chat':
      turn('worse', 'hello') + turn('fixed', 'bye') + turn('bad', 'bye') + turn('good', 'hello'),
  });
  expect((await test(['--sandbox', '--report', 'json=run.json'])).code).toBe(9);
  const again = ['--sandbox', '-q', '--baseline', 'run.json'];
  expect(await test(again)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('nothing changed since the baseline\n') as string,
  });
  writeFileSync(
    path('a.chat'),
    turn('worse', 'bye') +
      turn('fixed', 'hello') +
      turn('bad', 'bye') +
      turn('good', 'hello') +
      turn('new', 'hello'),
  );
  const { code, stdout } = await test(again);
  expect(code).toBe(9);
  expect(stdout.split('\n').filter((line) => /^(worse|fixed|new|flaky now):/.test(line))).toEqual([
    'worse: a.chat:1  worse',
    'fixed: a.chat:4  fixed',
    'new: a.chat:13  new',
  ]);
  writeFileSync(path('a.chat'), turn('new', 'bye'));
  const worse = await test(again);
  expect([worse.code, worse.stdout.match(/^(worse|new):.*/gm)]).toEqual([
    9,
    ['new: a.chat:1  new'],
  ]);
  writeFileSync(path('a.chat'), turn('worse', 'hello') + turn('bad', 'bye') + turn('new', 'hello'));
  expect((await test(again)).code).toBe(0);
});

describe('--update=all', () => {
  const before = `\ufeff# Kept as it is   \r
assistant: assistant-1\r
\r
== Weather   #smoke\r
# before the message\r
> What is the weather in Rome?\r
< It was raining.\r
# between\r
? calls get_weather\r
\r
>   What is my name?  \r
# no reply yet\r
? says not told me`;

  it('writes replies and tool calls, and leaves every other byte', async () => {
    const { test, read } = folderWith({ 'a.chat': before });
    const { code, stderr } = await test(['--sandbox', '--update=all']);
    expect([code, stderr]).toEqual([0, `${NOTICE}updated a.chat: 2 turns\n`]);
    const name = 'You have not told me your name yet. Say "my name is …" and I will remember it.';
    expect(read('a.chat')).toBe(
      before
        .replace(
          '< It was raining.\r\n',
          '* get_weather {"city":"Rome"}\r\n' +
            '* -> {"city":"Rome","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}\r\n' +
            '< The get_weather tool says it is sunny and 21 °C in Rome. The sandbox made that up.\r\n',
        )
        .replace('name?  \r\n', `name?  \r\n< ${name}\r\n`),
    );
    expect((await test(['--sandbox', '--update=all'])).stderr).toBe(
      `${NOTICE}no file was changed\n`,
    );
    expect((await test(['--replay'])).code).toBe(0);
  });

  it('takes nothing of turns that did not pass', async () => {
    const { test, read } = folderWith({ 'orders.chat': ORDERS });
    expect((await test(['--sandbox', '--update=all'])).code).toBe(9);
    expect(read('orders.chat')).toContain('< Goodbye! I am the assistant of the shop.\n');
    expect(read('orders.chat')).toContain('* get_weather {"city":"Rome"}\n');
  });

  it('leaves a file that was changed meanwhile', async () => {
    const folder = folderWith({ 'a.chat': before });
    const onStdout = (): void => writeFileSync(folder.path('a.chat'), 'other');
    const { code, stderr } = await folder.test(['--sandbox', '--update=all'], { onStdout });
    expect(code).toBe(2);
    expect(stderr).toContain('error: a.chat was changed while its tests ran\n');
    expect(folder.read('a.chat')).toBe('other');
  });
});

it(
  'is delivered once, whatever the network does, over 200 cases',
  { timeout: 60_000 },
  async () => {
    const cases = Array.from(
      { length: 200 },
      (_, index) =>
        `== ${index}\n> What is the weather in Oslo?\n? calls get_weather {"city": "Oslo"}\n`,
    );
    const { sandbox, env } = await account({
      faultSettings: { rules: ['reset_after:0.3', 'status_500_before:0.1'], seed: 7 },
    });
    const { test } = folderWith({ 'a.chat': cases.join('\n') }, env);
    const { code, stdout } = await test(['-j', '4', '-q', '--keep'], { clock: realClock(10) });
    expect(stdout.split('\n')[0]).toBe('200 passed');
    expect(code).toBe(0);
    expect(sandbox.stats().faults['chat/reset_after']).toBeGreaterThan(40);
    const conversations = sandbox.stats().conversations;
    expect(conversations).toHaveLength(200);
    for (const { turns: said } of conversations)
      expect(said.map(({ count }) => count)).toEqual([1]);
  },
);

it('writes each kind of report into its file, and never the key', async () => {
  const { env } = await account();
  const { test, read, path } = folderWith(
    { 'a.chat': '== a\n> my name is KEY-test\n? says KEY-test\n? says nothing of it\n' },
    env,
  );
  const kinds = ['junit', 'tap', 'json', 'md'];
  const words = kinds.flatMap((kind) => ['--report', `${kind}=report.${kind}`]);
  const { code, stdout } = await test(words);
  expect(code).toBe(9);
  for (const kind of kinds) expect(existsSync(path(`report.${kind}`))).toBe(true);
  const all = [stdout, ...kinds.map((kind) => read(`report.${kind}`))];
  for (const text of all) expect(text).not.toContain('KEY-test');
});

describe('a report that cannot be written', () => {
  const FULL = ['--report', 'junit=/dev/full'];
  const OTHERS = ['--report', 'json=run.json', '--report', 'md=run.md'];
  const NAMED = 'cannot save /dev/full: ENOSPC: no space left on device';
  const failing = '== a\n> hello\n? says bye\n';
  const passing = '== a\n> hello\n? says hello\n';

  it.each([
    ['a case failed', failing, 9],
    ['all passed', passing, 1],
  ])('is named, and the others are written: %s', async (_, text, expected) => {
    const { test, path } = folderWith({ 'a.chat': text });
    const { code, stderr } = await test(['--sandbox', '-q', ...FULL, ...OTHERS]);
    expect([code, stderr]).toEqual([expected, `error: ${NAMED}\nhint: choose another location\n`]);
    expect(['run.json', 'run.md'].map((name) => existsSync(path(name)))).toEqual([true, true]);
  });

  it('is one JSON object with --json, of a kind of its own', async () => {
    const { test } = folderWith({ 'a.chat': passing });
    const words = ['--sandbox', '--json', ...FULL, '--report', 'tap=/dev/full'];
    const { code, stdout, stderr } = await test(words);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { passed: 1 } });
    expect([code, JSON.parse(stderr)]).toMatchObject([
      1,
      { error: { kind: 'output', message: `${NAMED}; ${NAMED}` } },
    ]);
  });

  it('since its folder is gone: is named by its own name', async () => {
    const { test, path } = folderWith({ 'a.chat': passing, 'out/x': '' });
    const words = ['--sandbox', '--report', 'json=out/run.json'];
    const onStdout = (): void => rmSync(path('out'), { recursive: true, force: true });
    const { code, stderr } = await test(words, { onStdout });
    const message = `cannot save ${path('out/run.json')}: ENOENT: no such file or directory`;
    expect([code, stderr]).toEqual([
      1,
      `${NOTICE}error: ${message}\nhint: choose another location\n`,
    ]);
  });
});

describe('a conversation that was exported', () => {
  /** What was said in a sandbox, as a file, and a folder to test it in. */
  async function exported(): Promise<Folder> {
    const { sandbox, env } = await account();
    const folder = folderWith({}, env);
    const options = { home: folder.path('.'), env, clock: stillClock(), input: '' };
    const turns = ['My name is Ada.', 'What is the weather in Rome?', 'What is my name?'];
    for (const text of turns) {
      const [id] = sandbox.store.list().map(({ conversation }) => conversation.id);
      const words = id === undefined ? [] : ['--conversation', id];
      expect((await runCli(['send', ...words, text], options)).code).toBe(0);
    }
    const [id = ''] = sandbox.store.list().map(({ conversation }) => conversation.id);
    const { stderr } = await runCli(['conversations', 'export', id, '-o', 'bug.chat'], options);
    expect(stderr).toContain(`saved to ${folder.path('bug.chat')}\n`);
    return folder;
  }

  it('passes against its recording and against the same assistant', async () => {
    const { test, read } = await exported();
    expect(read('bug.chat')).toBe(`assistant: assistant-sandbox

== My name is Ada.
> My name is Ada.
< Nice to meet you, Ada. I will remember your name.
? calls nothing

> What is the weather in Rome?
* get_weather {"city":"Rome"}
* -> {"city":"Rome","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}
< The get_weather tool says it is sunny and 21 °C in Rome. The sandbox made that up.
? calls get_weather {"city":"Rome"}

> What is my name?
< Your name is Ada.
? calls nothing
`);
    expect(await test(['--replay'])).toEqual({
      code: 0,
      stdout: '✓ bug.chat:3  My name is Ada.  (0ms)\n1 passed\n',
      stderr: '',
    });
    expect((await test([])).code).toBe(0);
  });

  it('fails where one word of a check was changed, and says what came instead', async () => {
    const { test, path, read } = await exported();
    writeFileSync(
      path('bug.chat'),
      read('bug.chat').replace(
        '? calls get_weather {"city":"Rome"}',
        '? calls get_weather {"city":"Oslo"}',
      ),
    );
    const report = `✗ bug.chat:3  My name is Ada.  (0ms)
  bug.chat:12  calls get_weather {"city":"Oslo"}
    failed: get_weather {"city":"Oslo"} was not called: the turn called get_weather {"city":"Rome"}
    > What is the weather in Rome?
    - The get_weather tool says it is sunny and 21 °C in Rome. The sandbox made that up.
    + The get_weather tool says it is sunny and 21 °C in Rome. The sandbox made that up.
    * get_weather {"city":"Rome"} → {"city":"Rome","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}
`;
    expect(await test(['--replay'])).toEqual({
      code: 9,
      stdout: `${report}  again: telnyx-chat test --replay bug.chat:3\n0 passed, 1 failed\n`,
      stderr: '',
    });
    const live = await test([]);
    expect(live.code).toBe(9);
    expect(live.stdout).toContain(report);
  });
});

it('masks personal data in all that is printed and written, with --redact', async () => {
  const said = 'My number is +1 312 555 0100, ada@example.com, order 4711';
  const { test, read } = folderWith({
    'a.chat': `== a\n> ${said}\n? says nothing of ada@example.com\n`,
  });
  const words = ['--sandbox', '--redact', '--report', 'junit=r.xml', '--report', 'json=r.json'];
  const { code, stdout } = await test(words);
  expect(code).toBe(9);
  for (const text of [stdout, read('r.xml'), read('r.json')]) {
    expect(text).not.toMatch(/312|ada@/);
    expect(text).toContain('order 4711');
  }
});
