import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError, EXIT_CODES, type ErrorKind } from '../../src/base/errors.js';
import { guideOf } from '../../src/base/text/error-report.js';
import { displayWidth } from '../../src/base/text/width.js';
import { GUIDES, pageOf } from '../../src/command-line/help.js';
import { programOutline } from '../../src/program.js';
import { runCli, type CliOptions } from '../helpers/run-cli.js';

const DOCS = join(import.meta.dirname, '../../docs');
const NAMES = Object.keys(GUIDES);

async function shown(topic: string, options?: CliOptions): Promise<string> {
  const { code, stdout, stderr } = await runCli(['help', ...topic.split(' ')], options);
  expect({ topic, code, stderr }).toEqual({ topic, code: 0, stderr: '' });
  return stdout;
}

/** A window without a pager. */
const WINDOW: CliOptions = { stdoutIsTTY: true, env: { TELNYX_CHAT_PAGER: '' } };

describe('guides', () => {
  it('are the pages of docs/', () => {
    const pages = readdirSync(DOCS).filter((name) => /^(?!README).*\.md$/.test(name));
    expect(NAMES.map((guide) => `${pageOf(guide)}.md`).toSorted()).toEqual(pages.toSorted());
  });

  it('have -guide in their names where a command has the name of the page', async () => {
    const commands = (await programOutline()).commands.map(({ name }) => name);
    const isTaken = (guide: string): boolean => commands.includes(pageOf(guide));
    expect(NAMES.filter((guide) => guide.endsWith('-guide'))).toEqual(NAMES.filter(isTaken));
  });

  it.each(NAMES)(
    '%s is text in a pipe, and names other guides by commands that run',
    async (name) => {
      const text = await shown(name);
      expect(text).toMatch(/^# .+\n\n[^]*\S\n$/);
      expect(text).not.toMatch(/<!--|\]\(\w+\.md|\x1b/);
      const wide = text.split('\n').filter((line) => displayWidth(line) > 80);
      // Code is never broken.
      expect(wide.filter((line) => !/^(    | *`[^`]+`[.,;:]?$)/.test(line))).toEqual([]);
      const named = text.replaceAll('\n', ' ').matchAll(/`telnyx-chat help ([\w -]+)`/g);
      for (const [, topic = ''] of named) await shown(topic);
    },
  );

  it('are wrapped in a window, unless they are left to the terminal', async () => {
    const window = { ...WINDOW, columns: 40 };
    const wrapped = await shown('delivery the-rule --no-color', window);
    const asIs = await shown('delivery the-rule --no-color --no-wrap', window);
    const widths = (text: string): number[] => text.split('\n').map(displayWidth);
    expect(Math.max(...widths(wrapped))).toBeLessThanOrEqual(40);
    expect(Math.max(...widths(asIs))).toBeGreaterThan(80);
    expect(wrapped.split(/\s+/)).toEqual(asIs.split(/\s+/));
    expect(await shown('delivery', window)).toContain('\x1b[');
  });

  it('are shown through the pager', async () => {
    const { code, stdout } = await runCli(['help', 'relay'], {
      stdoutIsTTY: true,
      env: { TELNYX_CHAT_PAGER: 'cat >/dev/null' },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await shown('relay --no-pager', { ...WINDOW, env: { PAGER: 'false' } })).toMatch(
      /relay/,
    );
  });

  it.each([
    ['troubleshooting network', '## The network', '### `the proxy answered 407`'],
    ['troubleshooting the-network', '## The network', '### `the proxy answered 407`'],
    ['conversations-guide take over', '## Take over from the assistant', '`takeover` silences'],
    ['relay metrics', '## Metrics', 'telnyx_chat_turns_in_flight'],
  ])('%s is a section alone', async (topic, heading, part) => {
    const text = await shown(topic);
    expect(text.split('\n')[0]).toBe(heading);
    expect(text).toContain(part);
    expect(text.match(/^## /gm)).toHaveLength(1);
  });
});

it.each([
  [new AppError('not_configured', ''), '## Set-up'],
  [new AppError('auth', '', { status: 401 }), '## What Telnyx says'],
  [new AppError('api', '', { status: 503 }), '## What Telnyx says'],
  [new AppError('ai_disabled', ''), '## Take over from the assistant'],
  [new AppError('network', ''), '## The network'],
  [new AppError('network', '', { delivery: 'unknown' }), '# A turn is delivered once'],
])('the page of %j begins with %s', async (error, heading) => {
  const text = await shown(guideOf(error)!);
  expect(text.split('\n')[0]).toContain(heading);
});

it.each([
  ['delivry', "unknown help topic 'delivry'", 'Did you mean delivery?'],
  ['sned', "unknown help topic 'sned'", 'Did you mean send?'],
  ['chat-giude', "unknown help topic 'chat-giude'", 'Did you mean chat-guide?'],
  ['zzz', "unknown help topic 'zzz'", 'telnyx-chat help lists the topics'],
  [
    'me book a table',
    "unknown help topic 'me'",
    'did you mean: telnyx-chat send "…"; telnyx-chat help lists the topics',
  ],
  ['relay limts', "relay has no section 'limts'", 'Did you mean limits?'],
  [
    'delivery zzz',
    "delivery has no section 'zzz'",
    'sections are why-this-needs-work, the-rule, limits, measured',
  ],
])('help %s is wrong usage', async (topic, message, hint) => {
  const { code, stdout, stderr } = await runCli(['help', ...topic.split(' ')]);
  expect({ code, stdout, stderr }).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: `error: ${message}\nhint: ${hint}\n`,
  });
});

it('lists the guides beside the commands', async () => {
  const { stdout } = await runCli(['help']);
  for (const [name, summary] of Object.entries(GUIDES)) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  }
});

it('shows the help of a command, which ends with its guide', async () => {
  expect(await shown('conversations')).toMatch(
    /^Usage: telnyx-chat conversations [^]*\nGuide: telnyx-chat help conversations-guide\n$/,
  );
  for (const { name } of (await programOutline()).commands) {
    const [, guide] = /\nGuide: telnyx-chat help (.+)\n/.exec(await shown(`${name} --help`)) ?? [];
    if (guide !== undefined) await shown(guide);
    expect({ name, has: guide !== undefined }).toEqual({ name, has: name !== 'help' });
  }
});

describe('a failure', () => {
  it('names a guide that is there, if any', async () => {
    const failures = (Object.keys(EXIT_CODES) as ErrorKind[]).flatMap((kind) => [
      new AppError(kind, 'it failed'),
      new AppError(kind, 'it failed', { status: 400 }),
      new AppError(kind, 'it failed', { delivery: 'unknown' }),
    ]);
    const guides = new Set(failures.map(guideOf).filter((guide) => guide !== undefined));
    expect(guides.size).toBeGreaterThan(3);
    for (const guide of guides) await shown(guide);
  });

  it('says so when it ends the program, and to no program', async () => {
    expect((await runCli(['send', 'hi'])).stderr).toMatch(
      /\nsee: telnyx-chat help troubleshooting set-up\n$/,
    );
    expect((await runCli(['send', 'hi', '--json'])).stderr).not.toContain('telnyx-chat help');
  });
});
