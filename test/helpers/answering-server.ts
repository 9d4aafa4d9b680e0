import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on loopback that answers as told; closed when the test ends. Gives its base URL. */
export async function answeringServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
}

/** Creates conversations as Telnyx does, and answers the chat as told. */
export function chatAnswering(chat: (response: ServerResponse) => void): Promise<string> {
  return answeringServer((request, response) => {
    if (request.url?.endsWith('/chat')) {
      chat(response);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'conversation-1',
        name: '',
        metadata: {},
        created_at: '',
        last_message_at: '',
      }),
    );
  });
}
