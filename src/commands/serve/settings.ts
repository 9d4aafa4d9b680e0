import { isLoopback } from '../../base/base-url.js';
import { type Values, version } from '../../base/environment.js';
import { AppError } from '../../base/errors.js';
import type { ValuesOf } from '../../command-line/command.js';
import { checkedCount } from '../../command-line/flag.js';
import type { Context } from '../../process/context.js';
import { publicAddress } from '../../relay/coordination/redis/address.js';
import type { Token } from '../../relay/exposure/credentials.js';
import type { RelaySettings } from '../../relay/relay.js';
import type { Settings } from '../../settings/settings.js';
import { readEnvFile, readTokenFile, type InputPlace } from '../../store/settings-files.js';
import { MAX_PORT, type EXPOSURE, type SERVICE } from './flags.js';
import { redisSettings, type RedisSettings } from './redis.js';

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
    // After a quiet minute, a minute's worth may come at once.
    rate: rateLimit === undefined ? undefined : { perMinute: rateLimit, burst: rateLimit },
    isLoopback: isLocal(host),
    allowedHosts: values.allowedHosts.map(checkedHostName),
    origins: new Set(values.origins.map(checkedOrigin)),
    metrics: metricsAddress(values),
    logLevel: values.logLevel,
    redis: redisSettings(
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

/** A shorter one could be guessed. */
const MIN_SECRET_LENGTH = 16;

/** The first one signs. One with a comma in it is also known as a whole. */
function signingSecrets(env: Values): string[] {
  const given = env['TELNYX_CHAT_HANDLE_SECRET'] ?? '';
  const secrets = given.split(',').map((secret) => secret.trim());
  if (secrets.every(({ length }) => length >= MIN_SECRET_LENGTH)) {
    return secrets.length === 1 ? [given] : [...secrets, given];
  }
  throw new AppError('usage', '--sign-conversations needs TELNYX_CHAT_HANDLE_SECRET', {
    hint: `set it to ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes, the same on every replica; older secrets may follow, separated by commas`,
  });
}

/** Off loopback, or behind a proxy, anyone may try. */
function assertLongTokens(tokens: readonly Token[]): void {
  if (tokens.every(({ secret }) => secret.length >= MIN_SECRET_LENGTH)) return;
  throw new AppError(
    'usage',
    'a bearer token is too short to be served off loopback or behind a proxy',
    {
      hint: `use ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes`,
    },
  );
}

/** All bearer tokens: those of the flags, else of the environment, and those of the file. Throws a usage error. */
async function bearerTokens(
  { tokens, tokenFile }: RelayValues,
  env: Values,
  { place, isExposed }: { place: InputPlace; isExposed: boolean },
): Promise<Token[]> {
  const inFile = tokenFile === undefined ? [] : await readTokenFile(tokenFile, place);
  const inEnvironment = (env['TELNYX_CHAT_TOKEN'] ?? '').split(/[\s,]+/).filter(Boolean);
  const all = [
    ...(tokens.length > 0 ? tokens : inEnvironment).map((text) => tokenOf(text, 'a bearer token')),
    ...inFile.map(({ text, line }) => tokenOf(text, `line ${line} of ${tokenFile ?? ''}`)),
  ];
  if (isExposed) assertLongTokens(all);
  return all;
}

/** `name:token` or `token`. The error does not show the text, which may be a token with a typo. */
function tokenOf(text: string, place: string): Token {
  const [, name, secret = ''] = /^(?:([\w-]{1,32}):)?([\w.~+/-]+=*)$/.exec(text) ?? [];
  if (secret !== '') return { name, secret };
  throw new AppError('usage', `${place} has characters that no token has`, {
    hint: 'letters, digits and - . _ ~ + / only, such as openssl rand -hex 32 makes; name:token names its callers',
  });
}

/** The first entry of the log: version and effective settings, without keys, tokens and passwords. */
export function startEntry(
  settings: ServeSettings,
  { assistantId, baseUrl, timeoutMs }: Settings,
  { url, node }: { url: string; node: string },
): object {
  const { tokens, redis, rate, origins, allowedHosts } = settings;
  return {
    version,
    node,
    url,
    assistant: assistantId?.value,
    base_url: baseUrl.value,
    timeout_s: timeoutMs.value / 1000,
    tokens: tokens.length,
    callers: tokens.flatMap(({ name }) => name ?? []),
    rate_limit: rate?.perMinute,
    max_turns: settings.maxTurns,
    max_turns_per_token: settings.maxTurnsPerToken,
    trust_proxy: settings.trustedProxies,
    allowed_hosts: allowedHosts,
    origins: [...origins],
    signs_conversations: settings.signingSecrets !== undefined,
    redis: redis && publicAddress(redis.address),
    redis_prefix: redis?.prefix,
    metrics: settings.metrics && `${settings.metrics.host}:${settings.metrics.port}`,
    drain_delay_s: settings.drainDelayMs / 1000,
    log_level: settings.logLevel,
    page: settings.hasPage,
  };
}
