import { createServer } from 'node:http';
import { sendJson, errorBody } from '../http/answer.js';
import { listen } from '../http/listen.js';
import { sendMetrics } from './send-metrics.js';

const HOST = '127.0.0.1';

/** Serves `GET /metrics` on a loopback port of its own. Gives what ends it. */
export async function startMetricsServer(
  port: number,
  text: () => Promise<string>,
): Promise<() => void> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') void sendMetrics(response, text);
    else sendJson(response, 404, errorBody('Not found'));
  });
  await listen(server, HOST, port, 'choose another --metrics-port');
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
