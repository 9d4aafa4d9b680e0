import type { Context } from '../../process/context.js';
import { isLoopback } from '../../settings/base-url.js';
import type { Values } from '../../settings/settings.js';
import { AppError } from '../../base/errors.js';
import { readEnvFile } from '../../store/env-file.js';
import type { Rate } from '../../relay/coordination/coordination.js';
import type { Token } from '../../relay/exposure/bearer-tokens.js';
import type { RelaySettings } from '../../relay/relay.js';
import { redisSettings, type RedisFlags, type RedisSettings } from './redis.js';
import { bearerTokens, type TokenFlags } from './tokens.js';

export interface RelayFlags extends TokenFlags, RedisFlags {
  host: string;
  port?: string;
  insecure?: boolean;
  rateLimit?: string;
  maxTurns: string;
  allowHost?: string[];
  origin?: string[];
  signConversations?: boolean;
  metricsPort?: string;
  logLevel: string;
  ui?: boolean;
}

export interface ServeSettings extends RelaySettings {
  logLevel: string;
  /** Undefined: this process serves alone. */
  redis: RedisSettings | undefined;
}

/** The relay's settings from flags and environment. Throws usage errors. */
export async function relaySettings(
  flags: RelayFlags & { dotenv?: string; sandbox?: boolean },
  context: Context,
): Promise<ServeSettings> {
  const env = await environment(flags, context);
  const tokens = bearerTokens(flags, env, context.cwd);
  const { host, rateLimit, metricsPort } = flags;
  assertGuarded(host, tokens, flags);
  return {
    host,
    port: portOf(flags, env),
    tokens,
    maxTurns: positiveInteger('--max-turns', flags.maxTurns),
    rate: rateLimit === undefined ? undefined : rateOf(positiveInteger('--rate-limit', rateLimit)),
    isLoopback: isLocal(host),
    allowedHosts: flags.allowHost ?? [],
    origins: new Set((flags.origin ?? []).map(checkedOrigin)),
    metricsPort: metricsPort === undefined ? undefined : checkedPort('--metrics-port', metricsPort),
    logLevel: flags.logLevel,
    redis: redisSettings(flags, env),
    hasPage: flags.ui ?? false,
    signingSecret: flags.signConversations ? signingSecret(env) : undefined,
  };
}

/** The environment over `.env`. A sandbox needs no `.env`. */
async function environment(
  { dotenv, sandbox }: { dotenv?: string; sandbox?: boolean },
  { cwd, env }: Context,
): Promise<Values> {
  const file = sandbox ? undefined : await readEnvFile(cwd, dotenv);
  const set = Object.entries(env).filter(([, value]) => value?.trim());
  return { ...file?.values, ...Object.fromEntries(set) };
}

/** Without a token, everyone on the network could use the key. */
function assertGuarded(host: string, tokens: Token[], { insecure }: RelayFlags): void {
  if (isLocal(host) || tokens.length > 0 || insecure) return;
  throw new AppError('usage', `serving on ${host} without a token`, {
    hint: 'set TELNYX_CHAT_TOKEN, or say --insecure if whoever can reach it may use your key',
  });
}

function portOf({ port }: RelayFlags, env: Values): number {
  return port === undefined
    ? checkedPort('PORT', env['PORT']?.trim() ?? '8080')
    : checkedPort('--port', port);
}

function checkedPort(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new AppError('usage', `bad ${name} ${JSON.stringify(text)}`, {
    hint: 'give a whole number from 0 to 65535',
  });
}

/** After a pause of a minute, a caller may make a minute's requests at once. */
function rateOf(perMinute: number): Rate {
  return { perMinute, burst: perMinute };
}

function positiveInteger(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new AppError('usage', `bad ${flag} ${JSON.stringify(text)}`, {
    hint: 'give a whole number of 1 or more',
  });
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

/** A shorter one could be guessed by brute force. */
const MIN_SECRET_LENGTH = 16;

function signingSecret(env: Values): string {
  const secret = env['TELNYX_CHAT_HANDLE_SECRET'] ?? '';
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new AppError('usage', '--sign-conversations needs TELNYX_CHAT_HANDLE_SECRET', {
    hint: `set it to ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes, the same on every replica`,
  });
}
