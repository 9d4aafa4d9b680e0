import { createHash } from 'node:crypto';
import eventStream from './browser/event-stream.js?raw';
import template from './browser/index.html?raw';
import log from './browser/log.js?raw';
import main from './browser/main.js?raw';
import style from './browser/style.css?raw';
import turn from './browser/turn.js?raw';

/** The page to try the chat with: all of it in one document. */
export interface Page {
  html: Buffer;
  etag: string;
  /** How a browser is to treat it. */
  headers: Readonly<Record<string, string>>;
}

/** @param needsToken whether it asks for an access token from the start */
export function makePage(needsToken: boolean): Page {
  const script = [eventStream, turn, log, main].join('\n');
  const html = template
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
    .replace('<p id="access" hidden>', needsToken ? '<p id="access">' : '$&');
  const bytes = Buffer.from(html);
  const etag = `"${sha256(bytes)}"`;
  return { html: bytes, etag, headers: { etag, ...headersOf({ script, style }) } };
}

function headersOf({ script, style }: { script: string; style: string }): Page['headers'] {
  return {
    'content-type': 'text/html; charset=utf-8',
    // Kept, but not shown without asking whether there is a newer one.
    'cache-control': 'no-cache',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'sha256-${sha256(script)}'`,
      `style-src 'sha256-${sha256(style)}'`,
      "connect-src 'self'",
      // The icon, which is in the document.
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // No text becomes markup, by whatever mistake.
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64');
}
