import { expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { heldTurns } from '../helpers/chat.js';
import { TerminalSession } from '../helpers/terminal.js';

it('talks with the sandbox: a name told is known two turns later; Ctrl-D leaves', async () => {
  const terminal = new TerminalSession(['--sandbox']);
  await terminal.shows(/^> $|^>$/m);
  terminal.type('My name is Ada.\r');
  await terminal.shows(/Nice to meet you, Ada[^]*\n>$/);
  terminal.type('hello\r');
  await terminal.shows(/> hello\n.+\n\n>$/);
  terminal.type('What is my name?\r');
  await terminal.shows('Your name is Ada.');
  terminal.type('\x04');
  expect(await terminal.exit).toBe(0);
  await terminal.shows(/conversation: [0-9a-f-]{36}/);
});

it('cancels a turn with Ctrl-C, says what is known of it, and stays', async () => {
  const { intercept, arrived } = heldTurns();
  const { env } = await account({ intercept });
  const terminal = new TerminalSession([], { env });
  await terminal.shows(/^>$/m);
  terminal.type('wait for it\r');
  await arrived;
  await terminal.shows('waiting for the assistant');
  terminal.type('\x03');
  await terminal.shows(/cancelled; the message may have been delivered[^]*\n\n>$/);
  terminal.type('/exit\r');
  expect(await terminal.exit).toBe(0);
});
