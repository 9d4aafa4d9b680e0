import { checkedBaseUrl, DEFAULT_BASE_URL } from '../core/base-url.js';
import { checkedKey } from '../core/settings.js';
import { AppError } from '../errors.js';
import { object, optional, text } from './arguments.js';

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
export function checkedSettings(settings: unknown): CheckedSettings {
  const { apiKey, baseUrl, timeoutMs, proxy } = object(settings, 'the settings of createClient');
  return {
    baseUrl: checkedBaseUrl(optional(text, baseUrl, 'baseUrl') ?? DEFAULT_BASE_URL),
    timeoutMs: optional(checkedTimeout, timeoutMs, 'timeoutMs') ?? DEFAULT_TIMEOUT_MS,
    proxy: optional(checkedProxy, proxy, 'proxy'),
    apiKey: checkedApiKey(apiKey),
  };
}

function checkedApiKey(key: unknown): string {
  if (key === undefined || key === '') {
    throw new AppError('not_configured', 'apiKey is required', {
      hint: 'give createClient a key of the Telnyx portal: it reads none from the environment',
    });
  }
  const given = text(key, 'apiKey');
  try {
    return checkedKey(given);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.kind, 'apiKey has characters that no key has', error.details);
  }
}

export function checkedTimeout(ms: unknown): number {
  if (typeof ms === 'number' && ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new AppError('usage', `bad timeoutMs ${typeof ms === 'number' ? ms : typeof ms}`, {
    hint: `give milliseconds, more than 0 and at most ${LONGEST_TIMEOUT_MS}`,
  });
}

/** A URL, or a bare `host:port`. It may hold a password, and so is in no error. */
function checkedProxy(proxy: unknown): string {
  const given = text(proxy, 'proxy');
  const url = /^[\w.-]+:\d+$/.test(given) ? `http://${given}` : given;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return given;
  throw new AppError('usage', 'bad proxy: not a URL', {
    hint: 'it looks like http://proxy.example:3128',
  });
}
