import { AppError } from './errors.js';

export const DEFAULT_BASE_URL = 'https://api.telnyx.com/v2';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

function badBaseUrl(text: string, why: string): AppError {
  const shown = text.replace(/\/\/.*@/s, '//…@');
  return new AppError('usage', `bad base URL ${JSON.stringify(shown)}: ${why}`, {
    hint: `it should look like ${DEFAULT_BASE_URL}; plain http: is allowed for this machine only`,
  });
}

/** The base URL without a trailing slash; plain http: is for loopback hosts only. */
export function checkedBaseUrl(text: string): string {
  const url = parsedUrl(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw badBaseUrl(text, 'not http or https');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badBaseUrl(text, 'plain http: would expose the API key');
  }
  if (url.username || url.password) throw badBaseUrl(text, 'it contains a user name or password');
  if (url.search || url.hash) throw badBaseUrl(text, 'it has a query string or a fragment');
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function parsedUrl(text: string): URL {
  // The URL parser would remove them silently.
  if (/[\s\u0000-\u001f]/.test(text)) throw badBaseUrl(text, 'it has spaces or line breaks');
  try {
    return new URL(text);
  } catch {
    throw badBaseUrl(text, 'not a URL');
  }
}
