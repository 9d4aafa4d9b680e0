import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { heldTurns, openChat, said } from '../helpers/chat.js';
import { CTRL } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const FILE = `== Names
> my name is Ada
? speakable

> Tell me:
> how many turns?
? says turn 2
`;

function folder(text = FILE): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'names.chat'), text);
  return cwd;
}

it('/play says the messages of a file, each as if it had been typed', async () => {
  const { terminal, say, sandbox } = await openChat({ cwd: folder() });
  await say('/play names.chat', /played 2 messages\n\n>$/);
  expect(terminal.text()).toBe(`> /play names.chat

> my name is Ada
Nice to meet you, Ada. I will remember your name.

> Tell me:
  how many turns?
This is turn 2 of our conversation.
played 2 messages

>`);
  expect(said(sandbox)).toEqual(['my name is Ada', 'Tell me:\nhow many turns?']);
});

it('Ctrl-C stops it, and nothing more is said', async () => {
  const { intercept, arrived, release } = heldTurns();
  const { terminal, sandbox } = await openChat({ cwd: folder(), intercept });
  terminal.type('/play names.chat\r');
  await arrived;
  terminal.type(CTRL('c'));
  await terminal.shows(/stopped: played 0 of 2 messages\n\n>$/);
  release();
  expect(said(sandbox)).toEqual(['my name is Ada']);
});

it('a mistake in the file is told with its place, and the line comes back', async () => {
  const { terminal, say } = await openChat({ cwd: folder('== a\n> hi\n? syas hi\n') });
  await say('/play names.chat', 'error: names.chat:3:3: ');
  await terminal.shows(/> \/play names\.chat$/);
});
