import { checkedBaseUrl, DEFAULT_BASE_URL } from '../core/base-url.js';
import { checkedKey } from '../core/settings.js';
import { AppError } from '../errors.js';
import type { ClientSettings } from './interface.js';

const DEFAULT_TIMEOUT_MS = 120_000;
/** A day: timers of Node hold no more than 25 of them. */
const LONGEST_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Settings that can be used. */
export interface CheckedSettings {
  apiKey: string;
  baseUrl: string;
  timeoutMs: number;
  proxy: string | undefined;
}

/** Throws on what cannot be right; callers without types may have given anything. */
export function checkedSettings(settings: ClientSettings): CheckedSettings {
  const { apiKey, baseUrl = DEFAULT_BASE_URL, timeoutMs = DEFAULT_TIMEOUT_MS, proxy } = settings;
  return {
    apiKey: checkedApiKey(apiKey),
    baseUrl: checkedBaseUrl(baseUrl),
    timeoutMs: checkedTimeout(timeoutMs),
    proxy,
  };
}

function checkedApiKey(key: unknown): string {
  if (typeof key !== 'string' || key === '') {
    throw new AppError('not_configured', 'apiKey is required', {
      hint: 'give createClient a key of the Telnyx portal: it reads none from the environment',
    });
  }
  try {
    return checkedKey(key);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.kind, 'apiKey has characters that no key has', error.details);
  }
}

export function checkedTimeout(ms: number): number {
  if (ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new AppError('usage', `bad timeoutMs ${String(ms)}`, {
    hint: `give milliseconds, more than 0 and at most ${LONGEST_TIMEOUT_MS}`,
  });
}
