import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/base/errors.js';
import { errorJson, errorLines } from '../../../src/base/text/error-report.js';

describe('a failure in words', () => {
  const full = new AppError('rate_limited', 'too\u001b[31m many\nrequests', {
    hint: 'wait',
    status: 429,
    code: '10011',
    requestId: 'r-1',
    conversationId: 'c-1',
    delivery: 'refused',
    retryAfterMs: 5,
    cause: new Error('secret'),
  });

  test('for a person', () => {
    expect(errorLines(full)).toEqual([
      'error: too many requests',
      'hint: wait',
      'conversation: c-1',
      'request: r-1',
    ]);
    expect(errorLines(new AppError('timeout', 'late', { delivery: 'unknown' }))).toEqual([
      'error: late',
      'delivery: unknown, the message may have been delivered; it was not sent again',
    ]);
    expect(errorLines(new AppError('api', 'x'.repeat(5_000))).map((line) => line.length)).toEqual([
      2_000,
    ]);
  });

  test('for a program, every key always there', () => {
    expect(errorJson(full)).toEqual({
      error: {
        kind: 'rate_limited',
        message: 'too\u001b[31m many\nrequests',
        hint: 'wait',
        status: 429,
        code: '10011',
        request_id: 'r-1',
        conversation_id: 'c-1',
        delivery: 'refused',
      },
    });
    expect(errorJson(new AppError('bug', 'x'))).toEqual({
      error: {
        kind: 'bug',
        message: 'x',
        hint: null,
        status: null,
        code: null,
        request_id: null,
        conversation_id: null,
        delivery: null,
      },
    });
  });

  test('keeps what is known when more is', () => {
    const more = full.with({ conversationId: 'other', hint: 'other', delivery: 'unknown' });
    expect([more.kind, more.message, more.details, more.cause]).toEqual([
      full.kind,
      full.message,
      full.details,
      full.cause,
    ]);
    expect(new AppError('api', 'x', { hint: undefined }).with({ hint: 'h' }).details).toEqual({
      hint: 'h',
    });
  });
});
