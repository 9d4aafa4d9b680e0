import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface KeptConnection {
  /** Of the worker at its other end: what it calls a request begins with it. */
  mark: string;
  /** `POST /chat`. */
  post(body: object, headers: Record<string, string>): Promise<KeptAnswer>;
}

export interface KeptAnswer {
  status: number;
  isReplay: boolean;
  text: string;
}

/** A connection of its own to each of two workers. */
export async function connectionToEach(url: string): Promise<[KeptConnection, KeptConnection]> {
  const first = await keptConnection(url);
  for (;;) {
    const other = await keptConnection(url);
    if (other.mark !== first.mark) return [first, other];
  }
}

async function keptConnection(url: string): Promise<KeptConnection> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const health = await exchange(`${url}/health`, { agent, method: 'GET', headers: {} });
  await text(health);
  return {
    mark: String(health.headers['x-request-id']).split('-')[0] ?? '',
    async post(body, headers) {
      const answer = await exchange(
        `${url}/chat`,
        { agent, method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        JSON.stringify(body),
      );
      const isReplay = answer.headers['idempotent-replayed'] === 'true';
      return { status: answer.statusCode ?? 0, isReplay, text: await text(answer) };
    },
  };
}

function exchange(
  url: string,
  options: { agent: Agent; method: string; headers: Record<string, string> },
  body = '',
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
}
