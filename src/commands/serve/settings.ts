import type { Context } from '../../context.js';
import { isLoopback } from '../../core/base-url.js';
import type { Values } from '../../core/settings.js';
import { AppError } from '../../errors.js';
import { readEnvFile } from '../../store/env-file.js';
import type { Rate } from '../../relay/coordination/coordination.js';
import type { Token } from '../../relay/exposure/bearer-tokens.js';
import { bearerTokens, type TokenFlags } from './tokens.js';

export interface RelayFlags extends TokenFlags {
  host: string;
  port?: string;
  insecure?: boolean;
  rateLimit?: string;
  maxTurns: string;
  ui?: boolean;
}

export interface RelaySettings {
  host: string;
  port: number;
  tokens: Token[];
  mostTurns: number;
  rate: Rate | undefined;
}

/** What the flags and the environment say of the relay. Throws on what cannot be right. */
export async function relaySettings(
  flags: RelayFlags & { envFile?: string; sandbox?: boolean },
  context: Context,
): Promise<RelaySettings> {
  const env = await environment(flags, context);
  const tokens = bearerTokens(flags, env, context.cwd);
  const { host, rateLimit } = flags;
  assertGuarded(host, tokens, flags);
  return {
    host,
    port: portOf(flags, env),
    tokens,
    mostTurns: whole('--max-turns', flags.maxTurns),
    rate: rateLimit === undefined ? undefined : rateOf(whole('--rate-limit', rateLimit)),
  };
}

/** The environment over `.env`; a sandbox uses nothing of that. */
async function environment(
  { envFile, sandbox }: { envFile?: string; sandbox?: boolean },
  { cwd, env }: Context,
): Promise<Values> {
  const file = sandbox ? undefined : await readEnvFile(cwd, envFile);
  const given = Object.entries(env).filter(([, value]) => value?.trim());
  return { ...file?.values, ...Object.fromEntries(given) };
}

/** Whoever can reach an address of a network could spend the key's money. */
function assertGuarded(host: string, tokens: Token[], { insecure }: RelayFlags): void {
  if (host === '::1' || isLoopback(host) || tokens.length > 0 || insecure) return;
  throw new AppError('usage', `serving on ${host} without a token`, {
    hint: 'set TELNYX_CHAT_TOKEN, or say --insecure if whoever can reach it may use your key',
  });
}

function portOf({ port }: RelayFlags, env: Values): number {
  const [text, name] = port === undefined ? [env['PORT'] ?? '8080', 'PORT'] : [port, '--port'];
  if (/^\d{1,5}$/.test(text.trim()) && Number(text) <= 65_535) return Number(text);
  throw new AppError('usage', `bad ${name} ${JSON.stringify(text)}`, {
    hint: 'give a whole number from 0 to 65535',
  });
}

/** Whoever rested for a minute may ask for a minute's worth at once. */
function rateOf(perMinute: number): Rate {
  return { perMinute, burst: perMinute };
}

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new AppError('usage', `bad ${flag} ${JSON.stringify(text)}`, {
    hint: 'give a whole number of 1 or more',
  });
}
