import type { ServerResponse } from 'node:http';
import { errorBody, sendJson } from '../http/answer.js';

/** Answers with metrics. Never rejects. */
export async function sendMetrics(
  response: ServerResponse,
  text: () => Promise<string>,
): Promise<void> {
  try {
    const body = await text();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(body);
  } catch {
    sendJson(response, 503, errorBody('Metrics unavailable'));
  }
}
