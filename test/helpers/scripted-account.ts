import type { ServerResponse } from 'node:http';
import { accountEnv } from './account.js';
import { answeringServer } from './answering-server.js';

/** What an account answers, whatever it is asked; hostile text included. */
export interface Script {
  assistant?: Record<string, unknown>;
  conversations?: Record<string, unknown>[];
  messages?: Record<string, unknown>[];
  /** The reply in the pieces it comes in; a promise among them holds back what follows. */
  reply?: (string | Promise<unknown>)[];
  /** Instead of a reply. */
  refusal?: { status: number; body: unknown };
  headers?: Record<string, string>;
}

const ASSISTANT = { id: 'assistant-1', name: 'Scripted', model: '', greeting: '' };
const CONVERSATION = { id: 'conversation-1', name: '', metadata: {} };

/** The environment of an account that answers by script. */
export async function scriptedAccount(script: Script): Promise<Record<string, string>> {
  const url = await answeringServer((request, response) => {
    for (const [name, value] of Object.entries(script.headers ?? {})) {
      response.setHeader(name, value);
    }
    const path = (request.url ?? '').replace(/\?.*/, '');
    if (path.endsWith('/chat')) void chat(script, response);
    else json(response, answerTo(request.method ?? '', path, script));
  });
  return accountEnv(url);
}

function answerTo(method: string, path: string, script: Script): unknown {
  const { conversations = [CONVERSATION], messages = [] } = script;
  const assistant = { ...ASSISTANT, ...script.assistant };
  if (path.endsWith('/messages')) return { data: messages };
  if (path.endsWith('/assistants')) return { data: [assistant] };
  if (path.includes('/assistants/')) return assistant;
  if (method === 'GET' && path.endsWith('/conversations')) return { data: conversations };
  return conversations.find(({ id }) => path.endsWith(`/${String(id)}`)) ?? conversations[0];
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function chat({ reply = ['ok'], refusal }: Script, response: ServerResponse): Promise<void> {
  if (refusal) {
    json(response, refusal.body, refusal.status);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const piece of reply) {
    if (typeof piece === 'string') response.write(event('delta', piece));
    else await piece;
  }
  const whole = reply.filter((piece) => typeof piece === 'string').join('');
  response.end(event('done', whole));
}

const event = (name: string, text: string): string =>
  `event: ${name}\ndata: ${JSON.stringify({ content: text })}\n\n`;
