import { createClient, type Client } from './api/client.js';
import { proxyFor } from './api/proxy.js';
import { createTransport, type Transport, type TransportOptions } from './api/transport.js';
import type { Context } from './context.js';
import { requireAssistant, requireKey } from './core/required-settings.js';
import { TurnMemory } from './core/delivery/turn-memory.js';
import { sanitizeLine } from './core/sanitize.js';
import {
  checked,
  checkedKey,
  isOff,
  resolveProfile,
  resolveSettings,
  type Settings,
} from './core/settings.js';
import { debugLines } from './debug-lines.js';
import { AppError } from './errors.js';
import { readConfig } from './store/config-file.js';
import { readEnvFile } from './store/env-file.js';
import { storePaths } from './store/paths.js';
import { readTelnyxKey } from './store/telnyx-file.js';
import { talkTo, type Talk } from './talk.js';

/** The flags that the commands which talk to Telnyx share. */
export interface SessionOptions {
  assistant?: string;
  baseUrl?: string;
  profile?: string;
  envFile?: string;
  timeout?: string;
  sandbox?: boolean;
  persist?: boolean;
  json?: boolean;
  jsonl?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  debug?: boolean;
}

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

/** Every setting with its origin. Throws on values that cannot be right, not on missing ones. */
export async function loadSettings(options: SessionOptions, context: Context): Promise<Settings> {
  const { env, cwd, home } = context;
  const settings = resolveSettings({
    flags: options,
    env,
    envFile: await readEnvFile(cwd, options.envFile),
    config: readConfig(storePaths(context).config),
  });
  if (settings.apiKey) return settings;
  const apiKey = readTelnyxKey(home, settings.profile);
  return { ...settings, apiKey: apiKey && checked(apiKey, checkedKey) };
}

/** The profile's name, for commands that change what may be wrong with it. */
export async function profileName(options: SessionOptions, context: Context): Promise<string> {
  const envFile = await readEnvFile(context.cwd, options.envFile);
  return resolveProfile({ flags: options, env: context.env, envFile }).value;
}

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

/** Opens an account, or a sandbox in its place. Throws without a key. */
export async function openAccount(
  options: SessionOptions,
  context: Context,
  { notify = notifyOn(context), openTransport = createTransport, randomId }: AccountMeans = {},
): Promise<Account> {
  const means = { notify, openTransport, randomId: randomId ?? context.randomId };
  const surroundings = { options, context, ...means };
  if (options.sandbox) return openSandbox(surroundings);
  return accountWith(await loadSettings(options, context), surroundings);
}

/** Takes a line for the person: a warning, a debug line. */
export type Notify = (line: string) => void;

function notifyOn({ stderr }: Context): Notify {
  return (line) => void stderr.write(`${sanitizeLine(line, 1000)}\n`);
}

/** What a command may have otherwise than the others. */
interface AccountMeans {
  notify?: Notify;
  openTransport?: (options: TransportOptions) => Transport;
  /** Makes the idempotency keys of new conversations. */
  randomId?: () => string;
}

interface Surroundings extends Required<AccountMeans> {
  options: SessionOptions;
  context: Context;
}

/** A sandbox inside this process, whatever account is configured. */
async function openSandbox(surroundings: Surroundings): Promise<Account> {
  const { options, context, notify } = surroundings;
  const { startSandbox } = await import('./sandbox/server.js');
  const settings = sandboxSettings(options, context);
  const sandbox = await startSandbox(context);
  settings.baseUrl.value = sandbox.url;
  settings.assistantId ??= { value: sandbox.assistantId, origin: settings.baseUrl.origin };
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
    env: { TELNYX_API_KEY: 'KEY-sandbox', TELNYX_CHAT_TIMEOUT, TELNYX_CHAT_HISTORY },
    config: { ...keptPreferences(context), profiles: {} },
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

function accountWith(
  settings: Settings,
  { options, context, notify, openTransport, randomId }: Surroundings,
): Account {
  const apiKey = requireKey(settings);
  const { clock, env } = context;
  const baseUrl = settings.baseUrl.value;
  const onRequest = isDebugging(options, context) ? debugLines(notify) : undefined;
  const proxy = proxyFor(new URL(baseUrl), env);
  const transport = openTransport({ baseUrl, proxy, clock, onRequest });
  const client = createClient({ apiKey, transport, clock, randomId });
  const memory = new TurnMemory();
  const warn = isSilent(options) ? () => undefined : warnTo(notify);
  return {
    settings,
    client,
    isSandbox: false,
    talkTo: (assistantId) => talkTo(assistantId, { settings, client, context, warn, memory }),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** Whether stderr is for errors only. */
export function isSilent({ quiet, json, jsonl }: SessionOptions): boolean {
  return [quiet, json, jsonl].includes(true);
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
