import { expect, test } from 'vitest';
import { networkError } from '../../src/api/failures.js';
import { failure } from '../helpers/failure.js';

const withCode = (code: unknown): Error => Object.assign(new Error('x'), { code });

test.each<[string, unknown, string]>([
  ['no such host', withCode('ENOTFOUND'), 'could not find the host h:1 (ENOTFOUND)'],
  ['no name server', withCode('EAI_AGAIN'), 'could not look up the host h:1 (EAI_AGAIN)'],
  ['nobody listens', withCode('ECONNREFUSED'), 'connection refused by h:1 (ECONNREFUSED)'],
  ['a reset', withCode('ECONNRESET'), 'connection cut by h:1 (ECONNRESET)'],
  ['a write too late', withCode('EPIPE'), 'connection cut by h:1 (EPIPE)'],
  [
    'an end too soon',
    withCode('ERR_STREAM_PREMATURE_CLOSE'),
    'connection cut by h:1 (ERR_STREAM_PREMATURE_CLOSE)',
  ],
  ['no answer of the host', withCode('ETIMEDOUT'), 'no connection to h:1 (ETIMEDOUT)'],
  ['no route', withCode('EHOSTUNREACH'), 'no route to h:1 (EHOSTUNREACH)'],
  ['no network', withCode('ENETUNREACH'), 'no network to reach h:1 (ENETUNREACH)'],
  ['no TLS', withCode('EPROTO'), 'no TLS connection to h:1 (EPROTO)'],
  [
    'a wrong certificate',
    withCode('CERT_HAS_EXPIRED'),
    'no trusted connection to h:1 (CERT_HAS_EXPIRED)',
  ],
  ['no HTTP', withCode('HPE_INVALID_CONSTANT'), 'the answer of h:1 is not HTTP'],
  ['anything else', withCode('EMFILE'), 'the network failed with h:1 (EMFILE)'],
  ['a number for a code', withCode(7), 'the network failed with h:1'],
  ['no code', new Error('x'), 'the network failed with h:1'],
  ['no error', undefined, 'the network failed with h:1'],
  ['no error, though it has a code', { code: 'EPIPE' }, 'the network failed with h:1'],
])('%s in words', (_, error, message) => {
  const told = networkError(error, 'h:1');
  expect(failure(told)).toMatchObject({ kind: 'network', message });
  expect(told.cause).toBe(error);
});
