import { Agent, request, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';

export const CHAT = '/ai/assistants/assistant-sandbox/chat';

export interface Outcome {
  status: number | undefined;
  headers: IncomingMessage['headersDistinct'];
  text: string;
  /** `whole`, `cut`, or the code of the error that came in place of an answer. */
  end: string;
}

export interface Asking {
  body?: unknown;
  headers?: Record<string, string>;
  agent?: Agent;
  /** Called with all text so far. */
  onText?: (text: string) => void;
  signal?: AbortSignal;
}

/** One request as node:http sees it, on a connection of its own; POST with a body. Never rejects. */
export function ask(sandbox: Sandbox, path: string, asking: Asking = {}): Promise<Outcome> {
  const { body, agent = new Agent(), onText, signal } = asking;
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { authorization: 'Bearer KEYtest', ...asking.headers };
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve({ status: undefined, headers: {}, text: '', end: error.code ?? error.message });
    request(sandbox.url + path, { method, headers, agent, signal }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        onText?.(text);
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        const { statusCode: status, headersDistinct, complete } = response;
        resolve({ status, headers: headersDistinct, text, end: complete ? 'whole' : 'cut' });
      });
    })
      .on('error', failed)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The body of a turn in a new conversation. */
export function newTurn(sandbox: Sandbox, stream: boolean, content = 'hello') {
  const { conversation } = sandbox.store.create('', {});
  return { conversation_id: conversation.id, content, stream };
}

/** One connection that is used again. */
export function keptAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** How many messages of each role are stored. */
export function stored(sandbox: Sandbox): string[] {
  return sandbox.stats().conversations.flatMap(({ messages }) => messages.map(({ role }) => role));
}
