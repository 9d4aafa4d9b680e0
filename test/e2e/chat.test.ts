import { expect, it } from 'vitest';
import type { FaultPolicy } from '../../src/sandbox/faults.js';
import { account } from '../helpers/account.js';
import { deferred } from '../sandbox/start.js';
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

it('cancels a turn with Ctrl-C, says what is known of it, gives the text back and stays', async () => {
  const stored = deferred();
  const faults: FaultPolicy = {
    // The turn is stored; its answer never comes.
    afterStored({ operation }) {
      if (operation !== 'chat') return undefined;
      stored.resolve(undefined);
      return new Promise(() => undefined);
    },
  };
  const { env } = await account({ faults });
  const terminal = new TerminalSession([], { env });
  await terminal.shows(/^>$/m);
  terminal.type('wait for it\r');
  await stored.promise;
  await terminal.shows('waiting for the assistant');
  terminal.type('\x03');
  await terminal.shows('error: cancelled');
  await terminal.shows('delivery: unknown');
  await terminal.shows(/conversation: [0-9a-f-]{36}[^]*\n> wait for it$/);
  terminal.type('\x03');
  await terminal.shows(/^>$/m);
  terminal.type('/exit\r');
  expect(await terminal.exit).toBe(0);
});
