import { expect, test } from 'vitest';
import { proxyFor } from '../../src/api/transport.js';
import { failureFrom } from '../helpers/failure.js';

const API = 'https://api.telnyx.com/v2';
const PROXY = 'http://proxy.example:3128/';

test.each<[string, Record<string, string>, string, string | undefined]>([
  ['none', {}, API, undefined],
  ['HTTPS_PROXY', { HTTPS_PROXY: PROXY }, API, PROXY],
  ['https_proxy', { https_proxy: PROXY }, API, PROXY],
  ['the small one first', { https_proxy: PROXY, HTTPS_PROXY: 'http://other' }, API, PROXY],
  ['an empty one is none', { https_proxy: ' ', HTTPS_PROXY: PROXY }, API, PROXY],
  ['a bare host and port', { HTTPS_PROXY: 'proxy.example:3128' }, API, PROXY],
  ['a bare host', { HTTPS_PROXY: 'proxy.example' }, API, 'http://proxy.example/'],
  ['a login', { HTTPS_PROXY: 'me:pw@proxy.example:3128' }, API, 'http://me:pw@proxy.example:3128/'],
  ['over TLS', { HTTPS_PROXY: 'https://proxy.example' }, API, 'https://proxy.example/'],
  ['HTTP_PROXY is for http', { HTTP_PROXY: PROXY }, 'http://a.example', PROXY],
  [
    'NO_PROXY with the port of http',
    { HTTP_PROXY: PROXY, no_proxy: '*:80' },
    'http://a.example',
    undefined,
  ],
  [
    'NO_PROXY with another port',
    { HTTP_PROXY: PROXY, no_proxy: '*:443' },
    'http://a.example',
    PROXY,
  ],
  [
    'NO_PROXY with nothing between its commas',
    { HTTPS_PROXY: PROXY, no_proxy: ', ,' },
    'https://a.example.',
    PROXY,
  ],
  ['HTTP_PROXY is not for https', { HTTP_PROXY: PROXY }, API, undefined],
  ['not for localhost', { HTTPS_PROXY: PROXY }, 'https://localhost:1', undefined],
  ['not for 127.x', { HTTP_PROXY: PROXY }, 'http://127.0.0.2:1', undefined],
  ['not for ::1', { HTTP_PROXY: PROXY }, 'http://[::1]:1', undefined],
  ...(
    [
      ['*', undefined],
      ['api.telnyx.com', undefined],
      ['API.TELNYX.COM', undefined],
      ['telnyx.com', undefined],
      ['.telnyx.com', undefined],
      ['*.telnyx.com', undefined],
      ['a.example, telnyx.com', undefined],
      ['a.example telnyx.com', undefined],
      ['api.telnyx.com:443', undefined],
      ['*:443', undefined],
      ['api.telnyx.com:8443', PROXY],
      ['nyx.com', PROXY],
      ['x.api.telnyx.com', PROXY],
      ['api.telnyx.com.example', PROXY],
      ['', PROXY],
      [', ,', PROXY],
      ['.', PROXY],
      ['::1', PROXY],
    ] as const
  ).map(([no_proxy, expected]): [string, Record<string, string>, string, string | undefined] => [
    `NO_PROXY=${no_proxy}`,
    { HTTPS_PROXY: PROXY, no_proxy },
    API,
    expected,
  ]),
  ['NO_PROXY in capitals', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, API, undefined],
])('%s', (_, env, url, expected) => {
  expect(proxyFor(new URL(url), env)?.href).toBe(expected);
});

test.each(['socks5://proxy.example', 'http://', 'http://:80', 'http://a b', 'ftp://proxy.example'])(
  'a URL that is no proxy, and that is not shown: %s',
  (proxy) => {
    expect(failureFrom(() => proxyFor(new URL(API), { HTTPS_PROXY: proxy }))).toEqual({
      kind: 'usage',
      message: 'bad proxy URL in HTTPS_PROXY',
      hint: 'it looks like http://proxy.example:3128',
    });
  },
);
