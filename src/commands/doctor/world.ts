import {
  type Account,
  accountWith,
  effectiveKey,
  openAccount,
  type AccountOptions,
} from '../../account/account.js';
import { inspectSettings, sourcesOf, type Target } from '../../account/sources.js';
import { connect, handshake, lookUp, serverTime } from '../../api/probe.js';
import { proxyFor, createTransport } from '../../api/transport.js';
import { AppError } from '../../base/errors.js';
import type {
  NetworkPorts,
  AccountPorts,
  Trial,
  TrialOptions,
  DoctorPorts,
  Route,
} from '../../doctor/check.js';
import type { Context } from '../../process/context.js';
import type { Settings } from '../../settings/settings.js';
import { readConfig } from '../../store/settings-files.js';
import { readBytes, readText } from '../../store/files.js';
import { privatePaths, privateStatePaths, storePaths } from '../../store/paths.js';
import { keepPrivate } from '../../store/private-files.js';
import { TurnMemory } from '../../turn/turn-memory.js';
import { takeTurn } from '../../turn/turn.js';

interface World {
  ports: DoctorPorts;
  close(): Promise<void>;
}

/** The real ports of doctor. A sandbox counts as an account of its own. */
export async function openWorld(
  target: Target,
  wantsTurn: boolean,
  options: AccountOptions,
): Promise<World> {
  const { context } = options;
  const seen: string[] = [];
  const watched = { ...options, onReply: (each: string) => void seen.push(each) };
  const config = configState(context); // Before anything else mends its rights.
  const sources = await sourcesOf(target, context);
  const sandbox = target.sandbox ? await openAccount(target, watched) : undefined;
  const settings = sandbox?.settings ?? (await inspectSettings(target, context));
  const key = once(() => effectiveKey(settings, context));
  let account = sandbox;
  const open = async (): Promise<Account> =>
    (account ??= accountWith({ ...settings, apiKey: await key() }, watched));
  return {
    ports: {
      nodeVersion: context.nodeVersion,
      settings,
      config,
      envFile: () => sources.envFile?.path,
      key,
      route: () => routeOf(settings, context),
      network: networkPorts(settings, context),
      account: async () => accountPorts(await open(), context, seen),
      wantsTurn,
    },
    close: async () => account?.close(),
  };
}

/** The same promise each time: a command is run once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function configState(context: Context): DoctorPorts['config'] {
  const warnings: string[] = [];
  const { platform, uid } = context;
  const warn = (warning: string): void => void warnings.push(warning);
  keepPrivate([...privatePaths(context), ...privateStatePaths(context)], { platform, uid, warn });
  return () => {
    const { config: path } = storePaths(context);
    readConfig(path);
    return { path, isThere: readText(path) !== undefined, warnings };
  };
}

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

function endOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const usual = protocol === 'https:' ? HTTPS_PORT : HTTP_PORT;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

function routeOf({ baseUrl }: Settings, { env }: Context): Route {
  const url = new URL(baseUrl.value);
  const proxy = proxyFor(url, env);
  return { ...endOf(url), isTls: url.protocol === 'https:', proxy: proxy && endOf(proxy) };
}

/** The network as doctor probes it. */
function networkPorts(settings: Settings, context: Context): NetworkPorts {
  const { env, signal } = context;
  return {
    lookUp: (host) => lookUp(host, signal),
    connect: (host, port) => connect(host, port, signal),
    handshake: (host, port) => handshake(host, port, signal),
    clockOffset: () => clockOffset(settings, context),
    extraCertificates: extraCertificates(env['NODE_EXTRA_CA_CERTS']),
    isUnchecked: env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0',
  };
}

async function clockOffset(
  { baseUrl: { value: baseUrl } }: Settings,
  { env, clock, signal }: Context,
): Promise<number | undefined> {
  const proxy = proxyFor(new URL(baseUrl), env);
  const transport = createTransport({ baseUrl, proxy, clock });
  try {
    const theirs = await serverTime(transport, signal);
    return theirs === undefined ? undefined : theirs - clock.now().getTime();
  } finally {
    transport.close();
  }
}

function extraCertificates(path: string | undefined): NetworkPorts['extraCertificates'] {
  return path ? { path, isReadable: isReadable(path) } : undefined;
}

function isReadable(path: string): boolean {
  try {
    return readBytes(path) !== undefined;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Bound on each call but the turn, in milliseconds. */
const CALL_MS = 30_000;

const TRIAL = {
  text: 'Hello',
  title: 'telnyx-chat doctor',
  metadata: { telnyx_chat: 'doctor' },
};

/** The account as doctor asks it. */
function accountPorts(
  account: Account,
  { signal }: Context,
  /** Grows with what the client tells of each reply. */
  seen: string[],
): AccountPorts {
  const { client } = account;
  const call = { signal, timeoutMs: CALL_MS };
  const memory = new TurnMemory();
  return {
    assistants: () => client.listAssistants(call),
    assistant: (id) => client.getAssistant(id, call),
    conversation: (id) => client.getConversation(id, call),
    lastConversation: (assistantId) => account.chatWith(assistantId).last?.read(),
    takeTurn: (options) => trial(account, options, { signal, memory, seen }),
    countMessages: async (id) => (await client.history(id, call)).messages.length,
    deleteConversation: (id) => client.deleteConversation(id, call),
  };
}

/** A turn that leaves no trace here: `--continue` does not find it. */
async function trial(
  { client, settings }: Account,
  { onStart, ...asked }: TrialOptions,
  { seen, ...shared }: { signal: AbortSignal; memory: TurnMemory; seen: string[] },
): Promise<Trial> {
  const options = { ...shared, timeoutMs: settings.timeoutMs.value };
  seen.length = 0;
  let pieces = 0;
  let turn: Trial['turn'] | undefined;
  for await (const event of takeTurn(client, { ...TRIAL, ...asked }, options)) {
    if (event.type === 'start') onStart(event.conversationId);
    if (event.type === 'delta') pieces++;
    if (event.type === 'done') ({ turn } = event);
  }
  if (turn) return { turn, pieces, seen: seen.join('; ') };
  throw new AppError('bug', 'a turn ended without a reply');
}
