import { expect, it } from 'vitest';
import { TerminalSession } from '../helpers/terminal.js';

it('talks with the sandbox: a name told is known two turns later; Ctrl-D leaves', async () => {
  const terminal = new TerminalSession(['--sandbox']);
  await terminal.shows(/^> $|^>$/m);
  terminal.type('My name is Ada.\r');
  await terminal.shows('Nice to meet you, Ada.');
  terminal.type('hello\r');
  await terminal.shows('scripted assistant of the sandbox');
  terminal.type('What is my name?\r');
  await terminal.shows('Your name is Ada.');
  terminal.type('\x04');
  expect(await terminal.exit).toBe(0);
  await terminal.shows(/conversation: [0-9a-f-]{36}/);
});

it('cancels a turn with Ctrl-C and stays', async () => {
  const terminal = new TerminalSession(['--sandbox']);
  await terminal.shows('>');
  terminal.type('long reply 20000 words\r');
  await terminal.shows(/[a-z]+ [a-z]+ [a-z]+/);
  terminal.type('\x03');
  await terminal.shows('cancelled');
  terminal.type('\x03');
  terminal.type('\x15what is 2+2\r');
  await terminal.shows('sandbox');
  terminal.type('/exit\r');
  expect(await terminal.exit).toBe(0);
});
