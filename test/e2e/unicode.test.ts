import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { wellFormed } from '../../src/base/text/well-formed.js';
import { builtProgram } from '../helpers/built-program.js';
import { post, serve } from '../helpers/relay.js';
import { scriptedAccount } from '../helpers/scripted-account.js';

/** Every way to break a pair, as the API can send it in JSON; and what is made of it. */
const BROKEN: [name: string, text: string, whole: string][] = [
  ['the first half', 'a\ud83d', 'a\ufffd'],
  ['the second half', '\ude00b', '\ufffdb'],
  ['both, the wrong way round', '\ude00\ud83d', '\ufffd\ufffd'],
  ['the first half twice', '\ud83d\ud83d\ude00', '\ufffd😀'],
  ['a half among words', 'hello \udbff there', 'hello \ufffd there'],
  ['a half before an escape', '\ud83d\\ude00', '\ufffd\\ude00'],
  ['a pair', '😀', '😀'],
];

const PYTHON = `
import json, sys
text, at = sys.stdin.buffer.read().decode("utf-8").strip(), 0
while at < len(text):
    value, at = json.JSONDecoder().raw_decode(text, at)
    sys.stdout.buffer.write((json.dumps(value, ensure_ascii=False) + "\\n").encode("utf-8"))
    while at < len(text) and text[at].isspace():
        at += 1
`;
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = ['jq', 'python3'].filter((program) => !has(program));

/** The JSON values as jq and Python's json read and print them. */
function readBack(lines: string): unknown[] {
  const jq = execFileSync('jq', ['-c', '.'], { input: lines, encoding: 'utf8' });
  const python = execFileSync('python3', ['-c', PYTHON], { input: lines, encoding: 'utf8' });
  const [byJq, byPython] = [jq, python].map((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  );
  expect(byJq).toEqual(byPython);
  return byJq ?? [];
}

/** All texts in a value, and in the JSON that some of them are. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [value, ...(/^\{/.test(value) ? textsIn(JSON.parse(value)) : [])];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(textsIn)];
}

const ID = 'conversation-1';
const COMMANDS: string[][] = [
  ['send', 'hello', '--json'],
  ['send', 'hello', '--jsonl'],
  ['send', 'x\ud83d', '--json'],
  ['conversations', 'list', '--json'],
  ['conversations', 'show', ID, '--json'],
  ['conversations', 'export', ID, '--format', 'json'],
  ['assistants', 'list', '--json'],
];

// `.ci/run` installs both; elsewhere they may be missing.
describe.skipIf(missing.length > 0)(`broken Unicode [needs jq and python3]`, () => {
  describe.each(BROKEN)('%s', (_, text, whole) => {
    const time = '2026-01-01T00:00:00Z';
    const call = { id: text, function: { name: text, arguments: JSON.stringify({ a: text }) } };
    const account = () =>
      scriptedAccount({
        assistant: { name: text, instructions: text, greeting: text },
        conversations: [{ id: ID, name: text, metadata: { [text]: text }, created_at: time }],
        messages: [
          { role: 'user', text, created_at: time },
          { role: 'assistant', text, created_at: time, tool_calls: [call] },
        ],
        // Cut between any two code units.
        reply: text.split(''),
      });

    test.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))(
      '%s is read by jq and by Python',
      async (_, argv) => {
        const env = await account();
        const { code, stdout, stderr } = await builtProgram(argv, { env });
        expect({ code, stderr }).toMatchObject({ code: 0 });
        const values = readBack(stdout);
        expect(textsIn(values).filter((each) => each !== wellFormed(each))).toEqual([]);
        expect(JSON.stringify(values)).toContain(JSON.stringify(whole).slice(1, -1));
      },
    );

    test('and so are the events and answers of the relay', async () => {
      const { url } = await serve([], { env: await account() });
      const message = { message: 'hello', conversation_id: null };
      for (const headers of [{}, { accept: 'text/event-stream' }]) {
        const answer = await post({ url }, message, headers);
        const data = answer.text.replace(/^(?:event: .*|\s*)\n/gm, '').replace(/^data: /gm, '');
        const values = readBack(data) as { reply?: string; text?: string }[];
        expect(values.at(-1)?.reply).toBe(whole);
        const deltas = values.slice(0, -1).map((each) => each.text);
        if (deltas.length > 0) expect(deltas.join('')).toBe(whole);
      }
    });
  });

  test('an error of the API, on stderr', async () => {
    const body = { errors: [{ code: 'a\ud83d', title: '\ude00', detail: { '\ud83d': 1 } }] };
    const env = await scriptedAccount({ refusal: { status: 422, body } });
    const { code, stderr } = await builtProgram(['send', 'hello', '--json'], { env });
    expect([code, readBack(stderr)]).toMatchObject([1, [{ error: { code: 'a\ufffd' } }]]);
  });
});

test.skipIf(missing.length === 0)(`skipped above: ${missing.join(' and ')} not found`, () => {
  expect(missing).not.toEqual([]);
});
