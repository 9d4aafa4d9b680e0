import type { ServerResponse } from 'node:http';
import { atEndOfRound } from '../../end-of-round.js';

/** Sends JSON, as text that is made already. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const length = Buffer.byteLength(body);
  // A list is what Node writes fastest.
  const head = ['content-type', 'application/json', 'content-length', String(length)];
  for (const name in headers) head.push(name, headers[name] ?? '');
  response.writeHead(status, head);
  atEndOfRound(() => response.end(body));
}

/** An error as every caller gets it. */
export function errorBody(error: string, conversationId?: string): string {
  return JSON.stringify({ error, conversation_id: conversationId });
}
