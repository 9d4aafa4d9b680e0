import { isLoopback } from '../base/base-url.js';
import type { Values } from '../base/environment.js';
import { AppError } from '../base/errors.js';

/** The proxy for a URL from HTTPS_PROXY, HTTP_PROXY and NO_PROXY in either case; none for loopback. */
export function proxyFor(url: URL, env: Values): URL | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = either(env, name);
  if (!proxy || isLoopback(url.hostname) || isExempt(url, either(env, 'no_proxy') ?? '')) return;
  return parsed(proxy, name.toUpperCase());
}

function either(env: Values, name: string): string | undefined {
  return [env[name], env[name.toUpperCase()]].find((value) => value?.trim())?.trim();
}

/** A bare `host:port` is an http proxy. */
function parsed(proxy: string, name: string): URL {
  try {
    const url = new URL(/^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new AppError('usage', `bad proxy URL in ${name}`, {
    hint: 'it looks like http://proxy.example:3128',
  });
}

/** NO_PROXY: names, `.suffixes`, `*.suffixes`, each with an optional port, or `*` for all. */
function isExempt(url: URL, noProxy: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => {
    const [, host = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (host === '' || (onlyPort && onlyPort !== port)) return false;
    const suffix = host.replace(/^\*?\.?/, '');
    return host === '*' || url.hostname === suffix || url.hostname.endsWith(`.${suffix}`);
  });
}
