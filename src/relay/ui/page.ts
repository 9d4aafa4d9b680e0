import { createHash } from 'node:crypto';
import marked from 'marked/lib/marked.umd.js?raw';
import type { Call } from '../state.js';
import assistant from './browser/assistant.js?raw';
import eventStream from './browser/event-stream.js?raw';
import template from './browser/index.html?raw';
import log from './browser/log.js?raw';
import main from './browser/main.js?raw';
import markdown from './browser/markdown.js?raw';
import style from './browser/style.css?raw';
import turn from './browser/turn.js?raw';

/** The page to try the chat, in one document. It loads late: few relays serve it. */
export interface Page {
  html: Buffer;
  etag: string;
  headers: Readonly<Record<string, string>>;
}

/** @param needsToken whether the page asks for an access token from the start */
export function makePage(needsToken: boolean): Page {
  const parts = [marked, markdown, eventStream, turn, assistant, log, main];
  const script = withoutTags(parts.join('\n'));
  const html = template
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
    .replace('<p id="access" hidden>', needsToken ? '<p id="access">' : '$&');
  const bytes = Buffer.from(html);
  const etag = `"${sha256(bytes)}"`;
  return { html: bytes, etag, headers: { etag, ...headersOf({ script, style }) } };
}

/** In a script, these would begin or end what only a browser's HTML parser knows of. */
function withoutTags(script: string): string {
  return script.replace(/<(?=\/script)/gi, '<\\').replaceAll('<!--', '<\\!--');
}

/** Sends the page to anyone; the page itself asks for the token. */
export function sendPage(page: Page, { id, request, response }: Call): void {
  const headers = { ...page.headers, 'x-request-id': id };
  if (isKnown(page, request.headers['if-none-match'])) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-length': page.html.length });
  // Node leaves the body out for HEAD.
  response.end(page.html);
}

function isKnown({ etag }: Page, tags = ''): boolean {
  return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function headersOf({ script, style }: { script: string; style: string }): Page['headers'] {
  return {
    'content-type': 'text/html; charset=utf-8',
    // A browser keeps the page, but asks for a newer one each time.
    'cache-control': 'no-cache',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'sha256-${sha256(script)}'`,
      `style-src 'sha256-${sha256(style)}'`,
      "connect-src 'self'",
      // The icon is in the document.
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // A bug must not turn text into markup.
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
