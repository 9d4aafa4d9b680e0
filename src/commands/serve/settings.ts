import { AppError } from '../../base/errors.js';
import type { ValuesOf } from '../../command-line/command.js';
import { checkedCount, choice, count, text, texts, toggle } from '../../command-line/flag.js';
import type { Context } from '../../process/context.js';
import type { Rate } from '../../relay/coordination/coordination.js';
import type { Token } from '../../relay/exposure/credentials.js';
import type { RelaySettings } from '../../relay/relay.js';
import { isLoopback } from '../../settings/base-url.js';
import type { Values } from '../../settings/settings.js';
import { readEnvFile, readTokenFile, type InputPlace } from '../../store/env-file.js';
import { redisSettings, type RedisSettings } from './redis.js';

const MAX_PORT = 65_535;

/** Access and limits. */
export const EXPOSURE = {
  tokens: texts(
    '--token <token>',
    'token that callers show (TELNYX_CHAT_TOKEN, which others on the machine cannot see; repeatable)',
  ),
  tokenFile: text('--token-file <path>', 'file of such tokens, one a line', {
    completes: 'files',
  }),
  isOpen: toggle('--insecure', 'serve everyone who can reach a port that is not on loopback'),
  rateLimit: count(
    '--rate-limit <number>',
    'turns a minute for each token, or each address without any',
    { min: 1, max: 9_999_999 },
  ),
  maxTurns: count('--max-turns <number>', 'turns at once, those that wait included', {
    min: 1,
    max: 9_999_999,
    default: 1024,
  }),
  allowedHosts: texts('--allow-host <name>', 'name under which it may be asked for (repeatable)'),
  origins: texts('--origin <origin>', 'page that may use it from a browser (repeatable)'),
  signs: toggle(
    '--sign-conversations',
    'give each caller conversation ids that no other can use (TELNYX_CHAT_HANDLE_SECRET)',
  ),
};

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Address, Redis, metrics and log. */
export const SERVICE = {
  host: { ...text('--host <address>', 'address to listen on'), default: '127.0.0.1' },
  port: count('--port <number>', 'port to listen on; 0 takes a free one (PORT; 8080)', {
    max: MAX_PORT,
  }),
  redis: text(
    '--redis <url>',
    'Redis or Valkey over which replicas agree on order, keys and limits (TELNYX_CHAT_REDIS)',
  ),
  redisPrefix: {
    ...text('--redis-prefix <text>', 'prefix of every key and channel there'),
    default: 'telnyx-chat:',
  },
  metricsPort: count('--metrics-port <number>', 'loopback port for GET /metrics without a token', {
    max: MAX_PORT,
  }),
  logLevel: choice('--log-level <level>', 'what is logged to stderr', {
    choices: LOG_LEVELS,
    default: 'info',
  }),
  hasPage: toggle('--ui', 'serve a page at / to try the chat in a browser'),
};

export interface ServeSettings extends RelaySettings {
  logLevel: string;
  /** Undefined: this process serves alone. */
  redis: RedisSettings | undefined;
  /** Serves a page at `/` to try the chat. */
  hasPage: boolean;
}

type RelayValues = ValuesOf<typeof EXPOSURE> & ValuesOf<typeof SERVICE>;

/** The relay's settings from flags and environment. Throws usage errors. */
export async function relaySettings(
  values: RelayValues,
  source: { dotenv: string | undefined; sandbox: boolean },
  context: Context,
): Promise<ServeSettings> {
  const env = await environment(source, context);
  const tokens = await bearerTokens(values, env, context);
  const { host = '', rateLimit, redisPrefix = '' } = values;
  assertGuarded(host, tokens, values.isOpen);
  return {
    host,
    port: values.port ?? checkedCount('PORT', env['PORT']?.trim() ?? '8080', { max: MAX_PORT }),
    tokens,
    maxTurns: values.maxTurns,
    rate: rateLimit === undefined ? undefined : rateOf(rateLimit),
    isLoopback: isLocal(host),
    allowedHosts: values.allowedHosts,
    origins: new Set(values.origins.map(checkedOrigin)),
    metricsPort: values.metricsPort,
    logLevel: values.logLevel,
    redis: redisSettings(values.redis ?? env['TELNYX_CHAT_REDIS'], redisPrefix),
    hasPage: values.hasPage,
    signingSecret: values.signs ? signingSecret(env) : undefined,
  };
}

/** The environment over `.env`. A sandbox needs no `.env`. */
async function environment(
  { dotenv, sandbox }: { dotenv: string | undefined; sandbox: boolean },
  context: Context,
): Promise<Values> {
  const file = sandbox ? undefined : await readEnvFile(dotenv, context);
  const set = Object.entries(context.env).filter(([, value]) => value?.trim());
  return { ...file?.values, ...Object.fromEntries(set) };
}

/** Without a token, everyone on the network could use the key. */
function assertGuarded(host: string, tokens: Token[], isOpen: boolean): void {
  if (isLocal(host) || tokens.length > 0 || isOpen) return;
  throw new AppError('usage', `serving on ${host} without a token`, {
    hint: 'set TELNYX_CHAT_TOKEN, or say --insecure if whoever can reach it may use your key',
  });
}

/** After a quiet minute, a minute's worth may come at once. */
function rateOf(perMinute: number): Rate {
  return { perMinute, burst: perMinute };
}

function isLocal(host: string): boolean {
  return host === '::1' || isLoopback(host);
}

function checkedOrigin(text: string): string {
  if (text === '*' || /^https?:\/\/[^/\s]+$/.test(text)) return text.toLowerCase();
  throw new AppError('usage', `bad --origin ${JSON.stringify(text)}`, {
    hint: 'it looks like https://app.example, without a path',
  });
}

/** A shorter one could be guessed. */
const MIN_SECRET_LENGTH = 16;

function signingSecret(env: Values): string {
  const secret = env['TELNYX_CHAT_HANDLE_SECRET'] ?? '';
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new AppError('usage', '--sign-conversations needs TELNYX_CHAT_HANDLE_SECRET', {
    hint: `set it to ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes, the same on every replica`,
  });
}

interface GivenTokens {
  tokens: readonly string[];
  tokenFile: string | undefined;
}

/** All bearer tokens, from the flags, else from the environment. Throws a usage error. */
export async function bearerTokens(
  { tokens, tokenFile }: GivenTokens,
  env: Values,
  place: InputPlace,
): Promise<Token[]> {
  const inFile = tokenFile === undefined ? [] : await readTokenFile(tokenFile, place);
  const given = [...tokens, ...inFile];
  const words = given.length > 0 ? given : (env['TELNYX_CHAT_TOKEN'] ?? '').split(/[\s,]+/);
  return words.filter((word) => word !== '' || given.length > 0).map(tokenOf);
}

/** `name:token` or `token`. The error does not show the text, which may be a token with a typo. */
function tokenOf(text: string): Token {
  const [, name, secret = ''] = /^(?:([\w-]{1,32}):)?([\w.~+/-]+=*)$/.exec(text) ?? [];
  if (secret !== '') return { name, secret };
  throw new AppError('usage', 'a bearer token has characters that no token has', {
    hint: 'letters, digits and - . _ ~ + / only, such as openssl rand -hex 32 makes; name:token names its callers',
  });
}
