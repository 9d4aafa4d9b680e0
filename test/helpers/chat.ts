import type { Interceptor } from '../../src/sandbox/call.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';
import { deferred } from '../sandbox/start.js';
import { account } from './account.js';
import { ENTER } from './keys.js';
import { TerminalSession, type TerminalOptions } from './terminal.js';

/** The sizes of window that screens are compared at. */
export const SIZES = [
  [80, 24],
  [40, 10],
] as const;

export interface ChatOptions extends TerminalOptions {
  argv?: string[];
  /** An account to share with another chat. */
  sandbox?: { sandbox: Sandbox; env: Record<string, string> };
  intercept?: Interceptor;
  faultSettings?: SandboxOptions['faultSettings'];
  size?: readonly [number, number];
}

/** A chat on a terminal. */
export interface Chat {
  terminal: TerminalSession;
  /** Types a line and waits for what follows it on the screen. */
  say(line: string, expected: string | RegExp): Promise<void>;
}

export interface OpenChat extends Chat {
  sandbox: Sandbox;
}

/** A chat that waits at its prompt; quiet by default, so that nothing but the test's doing shows. */
export async function openChat(options: ChatOptions = {}): Promise<OpenChat> {
  const { intercept, faultSettings } = options;
  const { sandbox, env } = options.sandbox ?? (await account({ intercept, faultSettings }));
  const chat = await chatWith({ ...options, env: { ...env, ...options.env } });
  return { ...chat, sandbox };
}

/** A chat with the account of the environment. */
export async function chatWith(
  options: Omit<ChatOptions, 'sandbox' | 'intercept' | 'faultSettings'>,
): Promise<Chat> {
  const { argv = ['--quiet'], size = [80, 24], ...others } = options;
  const [columns, rows] = size;
  const terminal = new TerminalSession(argv, { columns, rows, ...others });
  await terminal.shows(/^>$/m);
  return {
    terminal,
    async say(line, expected) {
      terminal.type(line + ENTER);
      await terminal.shows(expected);
    },
  };
}

/** Turns that are stored and then wait for their answer to be let go. */
export function heldTurns() {
  const arrived = deferred();
  const released = deferred();
  const intercept: Interceptor = async (call, run) => {
    const answer = await run(call);
    if (call.operation !== 'chat') return answer;
    arrived.resolve(undefined);
    await released.promise;
    return answer;
  };
  return { intercept, arrived: arrived.promise, release: () => released.resolve(undefined) };
}

/** Who said what in the account's conversations, the latest conversation first. */
export function said(sandbox: Sandbox, role = 'user'): (string | null)[] {
  return sandbox.store
    .list()
    .flatMap(({ messages }) => messages.filter((message) => message.role === role))
    .map(({ text }) => text);
}
