import { request as httpRequest } from 'node:http';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../helpers/browser.js';
import { chatPage } from '../helpers/chat-page.js';
import { raw, recordingServer } from '../helpers/recording-server.js';
import { serveSandbox, type RunningRelay } from '../helpers/relay.js';

const STRANGER = 'stranger.example';

/** A page of another origin, which may do what its owner likes. */
async function foreignPage(): Promise<string> {
  const { url } = await recordingServer(raw(200, { 'content-type': 'text/html' }, '<p>Hello'));
  return url;
}

/** What came of a request that a page makes; what browsers hide from it is a TypeError. */
async function fetchFrom(page: Page, url: string, options: object): Promise<unknown> {
  return page.evaluate(
    ([target, init]) =>
      fetch(target as string, init as RequestInit).then(
        async (response) => [response.type, response.status, await response.text()],
        (error: unknown) => String(error).replace(/:.*/, ''),
      ),
    [url, options] as const,
  );
}

const BODY = '{"message":"spend their money"}';
const JSON_TYPE = { 'content-type': 'application/json' };

describeInBrowser(
  'a page of another origin',
  ({ open }) => {
    test.each<[string, object]>([
      ['text', { method: 'POST', body: BODY }],
      ['text, its answer unseen', { method: 'POST', body: BODY, mode: 'no-cors' }],
      [
        'a form',
        {
          method: 'POST',
          body: BODY,
          mode: 'no-cors',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        },
      ],
      ['JSON', { method: 'POST', body: BODY, headers: JSON_TYPE }],
      ['JSON, with cookies', { method: 'POST', body: BODY, headers: JSON_TYPE, credentials: 'include' }],
    ])('cannot have a turn taken by posting %s', async (_, options) => {
      const relay = await serveSandbox();
      const page = await open(await foreignPage(), QUIET);
      const outcome = await fetchFrom(page, `${relay.url}/chat`, options);
      expect(outcome).toEqual('mode' in options ? ['opaque', 0, ''] : 'TypeError');
      expectNoTurn(relay);
    });
  },
);
