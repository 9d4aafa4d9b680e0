import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { builtProgram } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const COUNT = 100;
const ASSISTANTS = ['assistant-sandbox', 'assistant-sandbox-quiet'];

it(
  `${COUNT} sends that go on at once stay each in the conversation of its assistant`,
  { timeout: 120_000 },
  async () => {
    const { sandbox, env } = await account();
    const home = temporaryFolder();
    const send = (assistant: string, ...words: string[]) =>
      builtProgram(['send', '--json', '-a', assistant, ...words], { env, home, hangsMs: 120_000 });
    const begun = await Promise.all(ASSISTANTS.map((assistant) => send(assistant, 'first')));
    const ids = begun.map(({ stdout }) => idIn(stdout));
    const turns = Array.from({ length: COUNT }, (_, number) => ({ number, which: number % 2 }));
    const ended = await Promise.all(
      turns.map(async ({ number, which }) => {
        const { code, stdout, stderr } = await send(ASSISTANTS[which]!, '-c', `number ${number}`);
        return { code, stderr, id: idIn(stdout), isOwn: stdout.includes(`number ${number}\\"`) };
      }),
    );
    expect(ended).toEqual(
      turns.map(({ which }) => ({ code: 0, stderr: '', id: ids[which], isOwn: true })),
    );
    expect(ids.map((id) => sandbox.store.turnCount(id))).toEqual([1 + COUNT / 2, 1 + COUNT / 2]);
    const state = join(home, '.local/state/telnyx-chat/last-conversation');
    const files = readdirSync(state).map((name) => [name, readFileSync(join(state, name), 'utf8')]);
    expect(Object.fromEntries(files)).toEqual({
      'default~assistant-sandbox.json': `{"conversation_id":"${ids[0]}"}\n`,
      'default~assistant-sandbox-quiet.json': `{"conversation_id":"${ids[1]}"}\n`,
    });
  },
);

it('settings that are changed at once are all kept', async () => {
  const home = temporaryFolder();
  const names = Array.from({ length: 10 }, (_, number) => `par${number}`);
  const ended = await Promise.all(
    names.map((name) =>
      builtProgram(['config', 'set', '-p', name, 'assistant_id', `a-${name}`], { home }),
    ),
  );
  expect(ended).toEqual(names.map(() => ({ code: 0, stdout: '', stderr: '' })));
  const folder = join(home, '.config/telnyx-chat');
  const { profiles } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object & {
    profiles: object;
  };
  expect(profiles).toEqual(
    Object.fromEntries(names.map((name) => [name, { assistant_id: `a-${name}` }])),
  );
  expect(readdirSync(folder)).toEqual(['config.json']);
});

function idIn(stdout: string): string {
  return (JSON.parse(stdout) as { conversation_id: string }).conversation_id;
}
