import type { Agent, ClientRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Clock } from '../base/time.js';
import { Exchange } from './exchange.js';
import type { HttpRequest, HttpResponse, RequestReport } from './http.js';

export interface TransportOptions {
  baseUrl: string;
  proxy: URL | undefined;
  clock: Clock;
  onRequest?: ((report: RequestReport) => void) | undefined;
}

export interface Transport {
  /** Rejects with an AppError; so does the answer's body when it breaks off. */
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
      const outgoing = wire.dial(dialOptions(base, request, wire.agent));
      return new Exchange(outgoing, request, { ...options, host }).response();
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
