import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { isLoopback } from '../base/base-url.js';
import type { Values } from '../base/environment.js';
import { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import { Exchange, type Carrier } from './exchange.js';
import { otherProtocol, proxyRefused } from './failures.js';
import type { HttpRequest, HttpResponse, RequestReport } from './http.js';
import type { ReadBudget } from './read-budget.js';

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

export interface TransportOptions {
  baseUrl: string;
  proxy: URL | undefined;
  clock: Clock;
  onRequest?: ((report: RequestReport) => void) | undefined;
  /** Limits all responses that are read at the same time together; undefined: each has only its own limit. */
  budget?: ReadBudget | undefined;
}

export interface Transport {
  /** Rejects with an AppError; so does the response's body when it breaks off. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Closes the idle connections that would keep the process alive. */
  close(): void;
}

interface Wire {
  agent: Agent;
  dial: (options: RequestOptions) => ClientRequest;
  /** Ends connections to a proxy that the agent does not know of yet. */
  abandon?: AbortController;
}

/** HTTP over node:http and node:https with kept-alive connections; TLS and proxy load when needed. */
export function createTransport(options: TransportOptions): Transport {
  const base = new URL(options.baseUrl);
  const { proxy } = options;
  const host = proxy ? `${base.host} through the proxy ${proxy.host}` : base.host;
  let opening: Promise<Wire> | undefined;
  let wire: Wire | undefined;
  return {
    async request(request) {
      wire ??= await (opening ??= openWire(base, proxy));
      const { agent, dial } = wire;
      const exchange = new Exchange(request, { ...options, host });
      const dialled = (): ClientRequest => dial(dialOptions(base, request, agent));
      return exchange.response(new NodeCarrier(exchange, { dialled, body: request.body, host }));
    },
    close() {
      wire?.agent.destroy();
      wire?.abandon?.abort();
    },
  };
}

async function openWire(base: URL, proxy: URL | undefined): Promise<Wire> {
  if (base.protocol === 'http:') {
    const { Agent, request } = await import('node:http');
    return { agent: new Agent({ keepAlive: true }), dial: request };
  }
  const { Agent: TlsAgent, request: dial } = await import('node:https');
  if (!proxy) return { agent: new TlsAgent({ keepAlive: true }), dial };
  const { HttpsProxyAgent } = await import('./proxy-agent.js');
  const abandon = new AbortController();
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true, signal: abandon.signal });
  return { agent, dial, abandon };
}

function dialOptions(base: URL, request: HttpRequest, agent: Agent): RequestOptions {
  const length =
    request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) };
  return {
    agent,
    // The proxy's agent finds its kept connections by it.
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
    method: request.method,
    path: base.pathname.replace(/\/$/, '') + request.path,
    headers: { ...request.headers, ...length },
  };
}

interface NodeCarrierOptions {
  dialled: () => ClientRequest;
  body: string | undefined;
  host: string;
}

/** Carries one request over node:http. */
class NodeCarrier implements Carrier {
  readonly #exchange: Exchange;
  readonly #options: NodeCarrierOptions;
  #outgoing: ClientRequest | undefined;
  #incoming: IncomingMessage | undefined;

  constructor(exchange: Exchange, options: NodeCarrierOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  get received(): number {
    return this.#outgoing?.socket?.bytesRead ?? 0;
  }

  send(): void {
    const { dialled, body, host } = this.#options;
    const exchange = this.#exchange;
    const outgoing = (this.#outgoing = dialled());
    // Before there is a socket: a proxy may keep us waiting for one.
    exchange.onConnecting();
    outgoing.on('socket', (socket) => this.#onSocket(socket));
    outgoing.on('response', (incoming) => this.#onResponse(incoming));
    outgoing.on('error', (error) => {
      // Bytes after a complete response are not part of it.
      if (!this.#incoming?.complete) exchange.onError(error);
    });
    outgoing.on('upgrade', (_, socket) => {
      // Node leaves such a connection to us.
      socket.on('error', () => undefined);
      exchange.fail(otherProtocol(host));
      socket.destroy();
    });
    outgoing.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) exchange.fail(proxyRefused(statusCode));
    });
    outgoing.end(body);
  }

  abort(reason: Error): void {
    this.#outgoing?.destroy(reason);
    this.#incoming?.destroy();
  }

  resume(): void {
    this.#incoming?.resume();
  }

  #onSocket(socket: Socket): void {
    if (socket.destroyed) return;
    if (!isOpening(socket)) {
      this.#exchange.onWrite({ isKept: true });
      return;
    }
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      this.#exchange.onWrite({ isKept: false });
    });
  }

  #onResponse(incoming: IncomingMessage): void {
    const exchange = this.#exchange;
    this.#incoming = incoming;
    incoming.on('error', (error) => exchange.onError(error));
    incoming.on('end', () => exchange.onComplete());
    exchange.onHead(incoming.statusCode ?? 0, incoming.headers);
    incoming.on('data', (piece: Buffer) => {
      if (!exchange.onData(piece)) incoming.pause();
    });
  }
}

function isOpening(socket: Socket): boolean {
  return socket.connecting || ('secureConnecting' in socket && socket.secureConnecting === true);
}
