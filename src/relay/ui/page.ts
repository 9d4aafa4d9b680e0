// Loaded late: for `serve --ui` alone.
import { createHash } from 'node:crypto';
import marked from 'marked/lib/marked.umd.js?raw';
import * as v from 'valibot';
import { AppError } from '../../base/errors.js';
import type { CallOptions } from '../../base/time.js';
import type { FinishedTurn } from '../../turn/turn-tool-calls.js';
import { parseBody } from '../chat/contract.js';
import { assertNoForm, assertOrigin } from '../exposure/browser-guards.js';
import { allowanceWait, assertToken, overRate, takeAllowance } from '../exposure/callers.js';
import { busy, Refusal, sendJson } from '../http/answer.js';
import type { Call, RelayState, Routes } from '../state.js';
import assistant from './browser/assistant.js?raw';
import template from './browser/index.html?raw';
import log from './browser/log.js?raw';
import main from './browser/main.js?raw';
import markdown from './browser/markdown.js?raw';
import style from './browser/style.css?raw';
import turn from './browser/turn.js?raw';

/** The assistant, as the page introduces it. */
export interface Introduction {
  /** '' when it has none, as the greeting. */
  name: string;
  greeting: string;
  /** Whether a turn may have called tools. */
  hasTools: boolean;
}

export interface ShownToolCall {
  name: string;
  /** JSON, as the model wrote it. */
  arguments: string;
  /** Null when it is not known. */
  result: string | null;
}

/** The requests of the page to Telnyx, besides the turns. Both reject with AppErrors. */
export interface PagePorts {
  introduction(call: CallOptions): Promise<Introduction>;
  toolCalls(turn: FinishedTurn, signal: AbortSignal): Promise<readonly ShownToolCall[]>;
}

/** Those requests have an allowance of their own, so that a turn with tools counts once. */
const PAGE = 'page of ';
/** The page also asks for this when a reply does not come, to tell whether Telnyx can be reached. */
const INTRODUCTION_TIMEOUT_MS = 3_000;
/** However many pages ask, Telnyx is asked this often at most. */
const MAX_INTRODUCTION_AGE_MS = 3_000;
/** Turns whose tool calls are looked for at once: each look is some requests to Telnyx. */
const MAX_LOOKS = 16;

/** The page, and what it asks for beside the turns. */
export function pageRoutes(ports: PagePorts, needsToken: boolean): Routes {
  const page = makePage(needsToken);
  const show = (call: Call): void => sendPage(page, call);
  return {
    '/': { GET: show, HEAD: show },
    '/ui/assistant': { GET: introducer(ports) },
    '/ui/tool-calls': { POST: toolCallReader(ports) },
  };
}

function introducer(ports: PagePorts): Routes[string][string] {
  let latest: { promise: Promise<Introduction>; askedAt: number } | undefined;
  const isStale = (now: number): boolean =>
    now - (latest?.askedAt ?? -Infinity) > MAX_INTRODUCTION_AGE_MS;
  return async (call, state) => {
    await admit(call, state);
    const now = state.clock.monotonic();
    const waitMs = isStale(now) ? await allowanceWait(call, state, PAGE) : 0;
    // Another page may have asked meanwhile. A caller over its rate gets what was answered last.
    if (isStale(now) && waitMs <= 0) {
      const { signal } = new AbortController();
      const promise = ports.introduction({ signal, timeoutMs: INTRODUCTION_TIMEOUT_MS });
      latest = { promise, askedAt: now };
    }
    if (!latest) throw overRate(waitMs, call);
    const { name, greeting, hasTools } = await reached(latest.promise, call);
    sendBody(call, { name, greeting, has_tools: hasTools });
  };
}

const TOOL_CALLS_BODY = v.object({
  conversation_id: v.string(),
  message: v.string(),
  reply: v.string(),
});

function toolCallReader(ports: PagePorts): Routes[string][string] {
  let looks = 0;
  return async (call, state) => {
    await admit(call, state);
    if (state.rate) await takeAllowance(call, state, PAGE);
    if (looks >= MAX_LOOKS) throw busy('Too many requests in flight');
    looks++;
    const stop = new AbortController();
    call.onLeave = () => stop.abort(new AppError('interrupted', 'the caller left'));
    try {
      const turn = await readTurn(call, state);
      const calls = await reached(ports.toolCalls(turn, stop.signal), call);
      sendBody(call, { tool_calls: calls });
    } finally {
      call.onLeave = undefined;
      looks--;
    }
  };
}

async function readTurn(call: Call, { bodies, conversationIds }: RelayState) {
  const body = await bodies.read(call);
  try {
    const { conversation_id: id, message: text, reply } = parseBody(TOOL_CALLS_BODY, body);
    const conversationId = conversationIds.verify(id, call.facts.caller);
    Object.assign(call.facts, { conversationId, message: text, reply });
    return { conversationId, text, reply };
  } finally {
    bodies.release(body);
  }
}

/** Throws a 401, a 403 or a 415. */
async function admit(call: Call, state: RelayState): Promise<void> {
  assertOrigin(call.request, state.origins);
  if (state.tokens) await assertToken(call, state);
  assertNoForm(call.request);
}

/** The answer of Telnyx. Throws a 502, and leaves the reason to the log. */
async function reached<T>(answer: Promise<T>, { facts }: Call): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    facts.error = error;
    throw new Refusal(502, 'The assistant cannot be reached');
  }
}

function sendBody(call: Call, body: object): void {
  const headers = { 'cache-control': 'no-store' };
  sendJson(call, { status: 200, body: JSON.stringify(body), headers });
}

/** The page to try the chat, in one document. */
interface Page {
  html: Buffer;
  etag: string;
  headers: Readonly<Record<string, string>>;
}

/** @param needsToken whether the page asks for an access token from the start */
export function makePage(needsToken: boolean): Page {
  const parts = [marked, markdown, turn, assistant, log, main];
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
