import { makePage } from '../../src/relay/ui/page.js';
import { recordingServer, type Answer, type RecordedRequest } from './recording-server.js';

/** The page before a server that answers the chat as told, request by request. */
export async function pageBefore(
  answers: Answer[],
): Promise<{ url: string; requests: RecordedRequest[] }> {
  const { html, headers } = makePage(false);
  const requests: RecordedRequest[] = [];
  const { url } = await recordingServer((response, request) => {
    if (request.url !== '/chat') {
      response.writeHead(200, headers).end(html);
      return;
    }
    requests.push(request);
    answers.shift()?.(response, request);
  });
  return { url, requests };
}
