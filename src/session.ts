import { createClient, type Client } from './api/client.js';
import type { RequestReport } from './api/http.js';
import { proxyFor } from './api/proxy.js';
import { createTransport } from './api/transport.js';
import type { Context } from './context.js';
import type { ReplyEvent } from './core/conversation.js';
import { requireAssistant, requireKey } from './core/required-settings.js';
import { checked, checkedKey, resolveSettings, type Settings } from './core/settings.js';
import { takeTurn, type TurnInput } from './core/turn.js';
import { readConfig } from './store/config-file.js';
import { readEnvFile } from './store/env-file.js';
import { openLastConversation, type LastConversation } from './store/last-conversation.js';
import { storePaths } from './store/paths.js';
import { readTelnyxKey } from './store/telnyx-file.js';

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

/** What those commands share: the settings in force, the API client, the way to take a turn. */
export interface Session {
  settings: Settings;
  assistantId: string;
  client: Client;
  /** Undefined when nothing may be remembered. */
  last: LastConversation | undefined;
  /** One turn with the session's assistant; its conversation becomes the last one. */
  takeTurn(input: Omit<TurnInput, 'assistantId'>, signal: AbortSignal): AsyncGenerator<ReplyEvent>;
  close(): Promise<void>;
}

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

/** Opens what a command needs to talk to an assistant. Throws before any request if it cannot. */
export async function openSession(options: SessionOptions, context: Context): Promise<Session> {
  if (options.sandbox) return openSandboxSession(options, context);
  const settings = await loadSettings(options, context);
  return sessionWith(settings, options, context);
}

/** A session with a sandbox inside this process, whatever account is configured. */
async function openSandboxSession(options: SessionOptions, context: Context): Promise<Session> {
  const { startSandbox } = await import('./sandbox/server.js');
  const sandbox = await startSandbox(context);
  const { TELNYX_CHAT_TIMEOUT } = context.env;
  const settings = resolveSettings({
    flags: { assistant: sandbox.assistantId, ...options, baseUrl: sandbox.url, persist: false },
    env: { TELNYX_API_KEY: 'KEY-sandbox', TELNYX_CHAT_TIMEOUT },
    config: { path: '', profiles: {} },
  });
  const session = sessionWith(settings, options, context);
  if (!isSilent(options)) {
    context.stderr.write('sandbox: a scripted assistant answers, nothing leaves this machine\n');
  }
  const close = async (): Promise<void> => {
    await session.close();
    await sandbox.close();
  };
  return { ...session, close };
}

function sessionWith(settings: Settings, options: SessionOptions, context: Context): Session {
  const apiKey = requireKey(settings);
  const assistantId = requireAssistant(settings);
  const { clock, env, randomId } = context;
  const baseUrl = settings.baseUrl.value;
  const onRequest = isDebugging(options, context) ? debugTo(context) : undefined;
  const proxy = proxyFor(new URL(baseUrl), env);
  const transport = createTransport({ baseUrl, proxy, clock, onRequest });
  const client = createClient({ apiKey, transport, clock, randomId });
  const profile = settings.profile.value;
  const last = settings.persist.value
    ? openLastConversation(storePaths(context).state, { profile, assistantId, randomId })
    : undefined;
  const warn = isSilent(options) ? () => undefined : warnTo(context);
  const timeoutMs = settings.timeoutMs.value;
  return {
    settings,
    assistantId,
    client,
    last,
    takeTurn: (input, signal) =>
      remembering(takeTurn(client, { ...input, assistantId }, { signal, timeoutMs }), last, warn),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** Passes a turn's events on and notes its conversation, while the reply is awaited. */
async function* remembering(
  events: AsyncGenerator<ReplyEvent>,
  last: LastConversation | undefined,
  warn: (error: unknown) => void,
): AsyncGenerator<ReplyEvent> {
  let noted: Promise<void> | undefined;
  for await (const event of events) {
    yield event;
    if (event.type !== 'start') continue;
    // Not before the request is out: the disk would only make the reply wait.
    noted = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => last?.write(event.conversationId))
      .catch(warn);
  }
  await noted;
}

/** Whether stderr is for errors only. */
export function isSilent({ quiet, json, jsonl }: SessionOptions): boolean {
  return [quiet, json, jsonl].includes(true);
}

function isDebugging(options: SessionOptions, { env }: Context): boolean {
  return options.debug ?? !['', '0', 'false'].includes(env['TELNYX_CHAT_DEBUG'] ?? '');
}

function warnTo({ stderr }: Context): (error: unknown) => void {
  return (error) => {
    stderr.write(
      `warning: the conversation is not remembered: ${error instanceof Error ? error.message : ''}\n`,
    );
  };
}

/** One line a request, without keys and messages. */
function debugTo({ stderr }: Context): (report: RequestReport) => void {
  const ms = (name: string, time: number | undefined): string[] =>
    time === undefined ? [] : [`${name} ${time.toFixed(1)} ms`];
  return ({ method, path, outcome, requestId, connectMs, firstByteMs, totalMs }) => {
    const times = [
      ...ms('connect', connectMs),
      ...ms('first byte', firstByteMs),
      ...ms('total', totalMs),
    ];
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    stderr.write(`debug: ${method} ${path} ${outcome}: ${times.join(', ')}${id}\n`);
  };
}
