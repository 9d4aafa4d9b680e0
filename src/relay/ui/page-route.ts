import type { Call } from '../call.js';
import { Refusal } from '../http/answer.js';
import type { Workings } from '../workings.js';
import type { Page } from './page.js';

/** `GET /`: the page, to anyone; what it is asked to send needs the token. Throws a 404 where there is none. */
export function showPage({ request, response }: Call, { page }: Workings): void {
  if (!page) throw new Refusal(404, 'Not found');
  if (isKnown(page, request.headers['if-none-match'])) {
    response.writeHead(304, page.headers).end();
    return;
  }
  response.writeHead(200, { ...page.headers, 'content-length': page.html.length });
  // To HEAD, Node sends no body.
  response.end(page.html);
}

function isKnown({ etag }: Page, tags = ''): boolean {
  return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
