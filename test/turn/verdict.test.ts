import { expect, test } from 'vitest';
import { AppError, type ErrorDetails, type ErrorKind } from '../../src/base/errors.js';
import { mayStillRun, verdictOn, type Verdict } from '../../src/turn/failed-send.js';

type Row = [ErrorKind, ErrorDetails, Verdict, mayRun?: boolean];

test.each<Row>([
  ['network', { delivery: 'not_sent' }, 'resend'],
  ['timeout', { delivery: 'not_sent' }, 'resend'],
  ['auth', { delivery: 'not_sent' }, 'report'],
  ['rate_limited', { status: 429, delivery: 'refused' }, 'resend'],
  ['api', { status: 409, delivery: 'refused' }, 'resend'],
  ['api', { status: 400, delivery: 'refused' }, 'report'],
  ['api', { status: 302, delivery: 'refused' }, 'report'],
  ['auth', { status: 401, delivery: 'refused' }, 'report'],
  ['not_found', { status: 404, delivery: 'refused' }, 'report'],
  ['usage', { delivery: 'not_sent' }, 'report'],
  ['usage', {}, 'report'],
  ['interrupted', { delivery: 'unknown' }, 'report'],
  ['terminated', { delivery: 'unknown' }, 'report'],
  ['interrupted', { delivery: 'not_sent' }, 'report'],
  ['timeout', { delivery: 'unknown' }, 'search', true],
  ['network', { delivery: 'unknown' }, 'search', true],
  ['network', { delivery: 'unknown', diedIdle: false }, 'search', true],
  ['network', { delivery: 'unknown', diedIdle: true }, 'search', false],
  ['api', { delivery: 'unknown' }, 'search', true],
  ['api', { status: 200, delivery: 'unknown' }, 'search', true],
  ['api', { status: 408, delivery: 'unknown' }, 'search', true],
  ['api', { status: 500, delivery: 'unknown' }, 'search', false],
  ['api', { status: 502, delivery: 'unknown' }, 'search', false],
  ['api', { status: 503, delivery: 'unknown' }, 'search', false],
  ['api', { status: 504, delivery: 'unknown' }, 'search', true],
  ['api', { status: 500, delivery: 'unknown', fromGateway: true }, 'search', true],
  ['api', { status: 502, delivery: 'unknown', fromGateway: true }, 'search', true],
  ['api', { status: 503, delivery: 'refused', retryAfterMs: 1 }, 'resend'],
  ['api', { delivery: 'unknown', hasEnded: true }, 'search', true],
  ['api', { status: 524, delivery: 'unknown' }, 'search', true],
])('%s %j: %s', (kind, details, verdict, mayRun) => {
  const error = new AppError(kind, kind, details);
  expect(verdictOn(error)).toBe(verdict);
  if (mayRun !== undefined) expect(mayStillRun(error)).toBe(mayRun);
});
