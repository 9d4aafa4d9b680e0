import { AppError } from '../../base/errors.js';
import type { ValuesOf } from '../../command-line/command.js';
import { checkedCount } from '../../command-line/flag.js';
import type { Context } from '../../process/context.js';
import type { Rate } from '../../relay/coordination/coordination.js';
import type { Token } from '../../relay/exposure/credentials.js';
import type { RelaySettings } from '../../relay/relay.js';
import { isLoopback } from '../../base/base-url.js';
import type { Values } from '../../base/environment.js';
import { readEnvFile } from '../../store/env-file.js';
import { MAX_PORT, type EXPOSURE, type SERVICE } from './flags.js';
import { redisSettings, type RedisSettings } from './redis.js';
import { bearerTokens, signingSecrets } from './tokens.js';

export interface ServeSettings extends RelaySettings {
  logLevel: string;
  /** The tokens once more, as they are now. */
  readTokens: () => Promise<Token[]>;
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
  const host = withoutBrackets(values.host);
  const isExposed = !isLocal(host) || values.trustedProxies > 0;
  const readTokens = () => bearerTokens(values, env, { place: context, isExposed });
  const tokens = await readTokens();
  const { rateLimit, redisPrefix = '' } = values;
  assertGuarded(host, tokens, values.isOpen);
  return {
    host,
    port: values.port ?? checkedCount('PORT', env['PORT']?.trim() ?? '8080', { max: MAX_PORT }),
    tokens,
    maxTurns: values.maxTurns,
    maxTurnsPerToken: values.maxTurnsPerToken,
    trustedProxies: values.trustedProxies,
    readTokens,
    rate: rateLimit === undefined ? undefined : rateOf(rateLimit),
    isLoopback: isLocal(host),
    allowedHosts: values.allowedHosts.map(checkedHostName),
    origins: new Set(values.origins.map(checkedOrigin)),
    metrics: metricsAddress(values),
    logLevel: values.logLevel,
    redis: await redisSettings(
      {
        url: values.redis ?? env['TELNYX_CHAT_REDIS'],
        prefix: redisPrefix,
        files: { ca: values.redisCa, cert: values.redisCert, key: values.redisKey },
      },
      context,
    ),
    hasPage: values.hasPage,
    drainDelayMs: values.drainDelay * 1000,
    signingSecrets: values.signs ? signingSecrets(env) : undefined,
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

/** `[::1]`, as it stands in a URL, is understood as `::1`. */
function withoutBrackets(host = ''): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function metricsAddress({ metricsHost, metricsPort: port }: RelayValues): RelaySettings['metrics'] {
  if (port === undefined && metricsHost !== undefined) {
    throw new AppError('usage', '--metrics-host needs --metrics-port', { hint: 'give both' });
  }
  const host = withoutBrackets(metricsHost ?? '127.0.0.1');
  return port === undefined ? undefined : { host, port, isLoopback: isLocal(host) };
}

function isLocal(host: string): boolean {
  return host === '::1' || isLoopback(host);
}

/** A name with a port or a scheme would never match a request. */
function checkedHostName(text: string): string {
  if (/^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(text)) return text;
  throw new AppError('usage', `bad --allow-host ${JSON.stringify(text)}`, {
    hint: 'it looks like chat.example, without a scheme or a port',
  });
}

function checkedOrigin(text: string): string {
  if (text === '*' || /^https?:\/\/[^/\s]+$/.test(text)) return text.toLowerCase();
  throw new AppError('usage', `bad --origin ${JSON.stringify(text)}`, {
    hint: 'it looks like https://app.example, without a path',
  });
}
