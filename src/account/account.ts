import { createClient, type Client } from '../api/client.js';
import type { RequestReport } from '../api/http.js';
import { proxyFor } from '../api/proxy.js';
import { createTransport, type Transport, type TransportOptions } from '../api/transport.js';
import { AppError } from '../base/errors.js';
import type { Context } from '../process/context.js';
import { requireAssistant, requireKey, resolveSettings } from '../settings/resolve.js';
import { isOff, keyName, type Setting, type Settings } from '../settings/settings.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';
import { sanitizeLine } from '../text/sanitize.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { talkTo, type Talk } from './assistant-chat.js';
import {
  guardConfig,
  guardOf,
  isSilent,
  loadSettings,
  surroundings,
  type Notify,
  type SessionOptions,
  type Surroundings,
} from './sources.js';

export {
  guardConfig,
  inspectSettings,
  isSilent,
  loadSettings,
  newProfileName,
  profileName,
  sourcesOf,
  surroundings,
  type Notify,
  type SessionOptions,
} from './sources.js';

/** An account as commands share it: the settings in force, the API client, whom to talk to. */
export interface Account {
  settings: Settings;
  client: Client;
  /** Whether it is a sandbox inside this process. */
  isSandbox: boolean;
  talkTo(assistantId: string): Talk;
  close(): Promise<void>;
}

/** An account and the one assistant that a command talks to. */
export interface Session extends Account, Talk {}

/** Opens what a command needs to talk to an assistant. Throws before any request if it cannot. */
export async function openSession(options: SessionOptions, context: Context): Promise<Session> {
  const account = await openAccount(options, context);
  try {
    return asSession(account);
  } catch (error) {
    await account.close();
    throw error;
  }
}

/** The session with the assistant of the settings. Throws when there is none. */
export function asSession(account: Account): Session {
  return { ...account, ...account.talkTo(requireAssistant(account.settings)) };
}

/** What a command may have otherwise than the others. */
interface AccountMeans {
  notify?: Notify;
  openTransport?: (options: TransportOptions) => Transport;
  /** Makes the idempotency keys of new conversations. */
  randomId?: () => string;
  /** What the key is called; by where it is from unless given. */
  keyName?: string;
}

type Means = Surroundings & Omit<AccountMeans, 'notify'>;

/** Opens an account, or a sandbox in its place. Throws without a key. */
export async function openAccount(
  options: SessionOptions,
  context: Context,
  means: AccountMeans = {},
): Promise<Account> {
  const around = { ...surroundings(options, context), ...means };
  if (options.sandbox) return openSandbox(around);
  guardConfig(around);
  const settings = await loadSettings(options, context);
  return accountWith({ ...settings, apiKey: await keyInForce(settings, context) }, around);
}

/** The key, from wherever it comes; a command that gives it is run now. */
export async function keyInForce(
  { apiKey, apiKeyCommand }: Settings,
  { signal }: Context,
): Promise<Setting<string> | undefined> {
  if (apiKey || !apiKeyCommand) return apiKey;
  const { keyFromCommand } = await import('../store/key-command.js');
  return keyFromCommand(apiKeyCommand, { signal });
}

const SANDBOX = { source: 'flag', detail: '--sandbox' } as const;

/** A sandbox inside this process, whatever account is configured. */
async function openSandbox(surroundings: Means): Promise<Account> {
  const { options, context, notify } = surroundings;
  const { startSandbox } = await import('../sandbox/server.js');
  const settings = sandboxSettings(options, context);
  const sandbox = await startSandbox(context);
  const ours = (value: string): Setting<string> => ({ value, origin: SANDBOX });
  settings.baseUrl = ours(sandbox.url);
  settings.apiKey = ours('KEY-sandbox');
  settings.assistantId ??= ours(sandbox.assistantId);
  const account = accountWith(settings, surroundings);
  if (!isSilent(options)) {
    notify('sandbox: a scripted assistant answers, nothing leaves this machine');
  }
  const close = async (): Promise<void> => {
    await account.close();
    await sandbox.close();
  };
  return { ...account, isSandbox: true, close };
}

/** Throws on bad flags, before there is a server that would keep the process alive. */
function sandboxSettings(options: SessionOptions, context: Context): Settings {
  const { TELNYX_CHAT_TIMEOUT, TELNYX_CHAT_HISTORY } = context.env;
  return resolveSettings({
    flags: { ...options, baseUrl: 'http://127.0.0.1', persist: false },
    env: { TELNYX_CHAT_TIMEOUT, TELNYX_CHAT_HISTORY },
    // Any profile is there, and empty.
    config: { ...keptPreferences(context), profiles: { [options.profile ?? 'default']: {} } },
  });
}

/**
 * A sandbox uses nothing of the account, but what may be kept on this machine is the person's to
 * say. A damaged config says nothing: then nothing is kept.
 */
function keptPreferences(context: Context): { path: string; history: boolean | undefined } {
  const path = storePaths(context).config;
  try {
    return { path, history: readConfig(path).history };
  } catch (error) {
    if (error instanceof AppError) return { path, history: false };
    throw error;
  }
}

/** An account by its settings. Throws without a key. */
export function accountWith(settings: Settings, surroundings: Means): Account {
  const { options, context, notify, openTransport = createTransport } = surroundings;
  const { randomId = context.randomId } = surroundings;
  const name = surroundings.keyName ?? (settings.apiKey && keyName(settings.apiKey.origin));
  const guard = guardOf(surroundings);
  const apiKey = requireKey(settings);
  const { clock, env } = context;
  const baseUrl = settings.baseUrl.value;
  const onRequest = isDebugging(options, context) ? debugLines(notify) : undefined;
  const proxy = proxyFor(new URL(baseUrl), env);
  const transport = openTransport({ baseUrl, proxy, clock, onRequest });
  const client = createClient({
    apiKey,
    keyName: name,
    timeoutName: '--timeout <seconds>',
    transport,
    clock,
    randomId,
  });
  const memory = new TurnMemory();
  const warn = isSilent(options) ? () => undefined : warnTo(notify);
  return {
    settings,
    client,
    isSandbox: false,
    talkTo: (assistantId) =>
      talkTo(assistantId, { settings, client, context, warn, memory, guard }),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

function isDebugging(options: SessionOptions, { env }: Context): boolean {
  return options.debug ?? !isOff(env['TELNYX_CHAT_DEBUG'] ?? '');
}

/** One warning, however many turns follow. */
function warnTo(notify: Notify): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    const why = error instanceof Error ? error.message : '';
    notify(`warning: the conversation is not remembered: ${why}`);
  };
}

/** One line a request, without keys and messages. */
export function debugLines(notify: (line: string) => void): (report: RequestReport) => void {
  const ms = (name: string, time: number | undefined): string[] =>
    time === undefined ? [] : [`${name} ${time.toFixed(1)} ms`];
  return ({ method, path, outcome, requestId, connectMs, firstByteMs, totalMs }) => {
    const times = [
      ...ms('connect', connectMs),
      ...ms('first byte', firstByteMs),
      ...ms('total', totalMs),
    ];
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    notify(sanitizeLine(`debug: ${method} ${path} ${outcome}: ${times.join(', ')}${id}`, 1000));
  };
}
