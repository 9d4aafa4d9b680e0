import { createServer, type IncomingMessage } from 'node:http';
import { assertHost, hostNames } from '../exposure/hosts.js';
import { sendJson, errorBody } from '../http/answer.js';
import { answerBrokenRequest } from '../http/broken-request.js';
import { listen } from '../http/listen.js';
import { Refusal } from '../http/refusal.js';
import { sendMetrics } from './send-metrics.js';

const HOST = '127.0.0.1';
const NAMES = hostNames(HOST, true, []);

/** Serves `GET /metrics` on a loopback port of its own. Gives what ends it. */
export async function startMetricsServer(
  port: number,
  text: () => Promise<string>,
): Promise<() => void> {
  // The absence of a Host is refused by us, in JSON.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    const refusal = refusalOf(request);
    if (refusal) sendJson(response, refusal.status, errorBody(refusal.message), refusal.headers);
    else void sendMetrics(response, text);
  });
  server.on('clientError', answerBrokenRequest);
  await listen(server, HOST, port, 'choose another --metrics-port');
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

function refusalOf(request: IncomingMessage): Refusal | undefined {
  try {
    assertHost(request, NAMES);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  if (request.url !== '/metrics') return new Refusal(404, 'Not found');
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  return new Refusal(405, 'Method not allowed', { allow: 'GET, HEAD' });
}
