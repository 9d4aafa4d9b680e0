import { version } from '../../base/version.js';
import { publicAddress } from '../../relay/coordination/redis/address.js';
import type { Settings } from '../../settings/settings.js';
import type { ServeSettings } from './settings.js';

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
