import { createClient, type Client } from '../api/client.js';
import type { RequestReport } from '../api/http.js';
import {
  proxyFor,
  createTransport,
  type Transport,
  type TransportOptions,
} from '../api/transport.js';
import type { Context } from '../process/context.js';
import { requireAssistant, requireKey } from '../settings/resolve.js';
import { keyName, type Setting, type Settings } from '../settings/settings.js';
import { privatePaths } from '../store/paths.js';
import { keepPrivate, type Guard } from '../store/private-files.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { assistantChat, type AssistantChat } from './assistant-chat.js';
import { loadSettings, type Target } from './sources.js';

/** With `--debug`, a line for each request. */
function onRequestOf({
  notices: { debug },
  onRequest,
}: AccountOptions): AccountOptions['onRequest'] {
  if (!debug) return onRequest;
  return (report) => {
    debug(requestLine(report));
    onRequest?.(report);
  };
}

/** Without keys and messages. */
function requestLine({ method, path, outcome, requestId, ...times }: RequestReport): string {
  const shown = [
    ...timeOf('connect', times.connectMs),
    ...timeOf('first byte', times.firstByteMs),
    ...timeOf('total', times.totalMs),
  ];
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  return sanitizeLine(`debug: ${method} ${path} ${outcome}: ${shown.join(', ')}${id}`, 1000);
}

function timeOf(name: string, ms: number | undefined): string[] {
  return ms === undefined ? [] : [`${name} ${ms.toFixed(1)} ms`];
}

/** With `--debug`, a line for each reply: events and property names, never its text. */
function onReplyOf({ notices: { debug }, onReply }: AccountOptions): AccountOptions['onReply'] {
  if (!debug) return onReply;
  return (seen) => {
    debug(sanitizeLine(`debug: ${seen}`, 1000));
    onReply?.(seen);
  };
}

/** An account as commands share it: the effective settings and the API client. */
export interface Account {
  settings: Settings;
  client: Client;
  /** Whether it is a sandbox inside this process. */
  isSandbox: boolean;
  chatWith(assistantId: string): AssistantChat;
  close(): Promise<void>;
}

/** An account and the one assistant that a command talks to. */
export interface Session extends Account, AssistantChat {}

/** Lines for the person beside the answer. */
export interface Notices {
  /** A warning, or a notice; goes nowhere with `--quiet` and JSON. */
  notify: (line: string) => void;
  /** Told of each request, when `--debug` asks for it. */
  debug: ((line: string) => void) | undefined;
}

export interface AccountOptions {
  context: Context;
  notices: Notices;
  openTransport?: (options: TransportOptions) => Transport;
  /** Told of each request, when it has ended. */
  onRequest?: ((report: RequestReport) => void) | undefined;
  /** Told which events and property names each reply was made of. */
  onReply?: ((seen: string) => void) | undefined;
  /** Makes the idempotency keys of new conversations. */
  randomId?: () => string;
  /** The key's name in hints; derived from where it came from unless given. */
  keyName?: string;
}

/** Opens an account, or a sandbox in its place. Throws without a key, before any request. */
export async function openAccount(target: Target, options: AccountOptions): Promise<Account> {
  const { context, notices } = options;
  if (target.sandbox) return sandboxAccount(target, options);
  guardConfig(context, notices);
  const settings = await loadSettings(target, context);
  return accountWith({ ...settings, apiKey: await effectiveKey(settings, context) }, options);
}

async function sandboxAccount(target: Target, options: AccountOptions): Promise<Account> {
  const { context, notices } = options;
  const { openSandbox } = await import('./sandbox.js');
  const sandbox = await openSandbox(target, context);
  const account = accountWith(sandbox.settings, options);
  notices.notify('sandbox: a scripted assistant answers, nothing leaves this machine');
  const close = async (): Promise<void> => {
    await account.close();
    await sandbox.close();
  };
  return { ...account, isSandbox: true, close };
}

/** The session with the assistant of the settings. Throws when there is none. */
export function sessionOf(account: Account): Session {
  return { ...account, ...account.chatWith(requireAssistant(account.settings)) };
}

/** The key, from wherever it comes; a command that prints it runs now. */
export async function effectiveKey(
  { apiKey, apiKeyCommand }: Settings,
  { signal }: Context,
): Promise<Setting<string> | undefined> {
  if (apiKey || !apiKeyCommand) return apiKey;
  const { keyFromCommand } = await import('../store/key-command.js');
  return keyFromCommand(apiKeyCommand, { signal });
}

/** An account by its settings. Throws without a key. */
export function accountWith(settings: Settings, options: AccountOptions): Account {
  const { context, notices, openTransport = createTransport } = options;
  const { clock, env } = context;
  const apiKey = requireKey(settings);
  const baseUrl = settings.baseUrl.value;
  const onRequest = onRequestOf(options);
  const proxy = proxyFor(new URL(baseUrl), env);
  const client = createClient({
    apiKey,
    keyName: options.keyName ?? (settings.apiKey && keyName(settings.apiKey.origin)),
    timeoutName: '--timeout <seconds>',
    onReply: onReplyOf(options),
    transport: openTransport({ baseUrl, proxy, clock, onRequest }),
    clock,
    randomId: options.randomId ?? context.randomId,
  });
  const guard = guardFor(context, notices);
  const shared = { settings, client, context, guard, memory: new TurnMemory() };
  const onUnsaved = warnOnce(notices);
  return {
    settings,
    client,
    isSandbox: false,
    chatWith: (assistantId) => assistantChat(assistantId, { ...shared, onUnsaved }),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** One warning, however many turns follow. */
function warnOnce({ notify }: Notices): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    const why = error instanceof Error ? error.message : '';
    notify(`warning: the conversation is not remembered: ${why}`);
  };
}

/** Nobody else may read a stored key, or put one of theirs in its place. */
export function guardConfig(context: Context, notices: Notices): void {
  keepPrivate(privatePaths(context), guardFor(context, notices));
}

function guardFor({ platform, uid }: Context, { notify }: Pick<Notices, 'notify'>): Guard {
  return { platform, uid, warn: (warning) => notify(`warning: ${warning}`) };
}
