import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTED = /^[\w.:-]{1,64}$/;

/** Gives each request an id: the caller's own `X-Request-Id` if it is acceptable, else a new one. */
export function requestIds(): (request: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && ACCEPTED.test(given) ? given : `${prefix}-${++count}`;
  };
}

/** A UUID v4. Node draws its random numbers many at a time, which suits a process that needs many. */
export function uniqueId(): string {
  return randomUUID();
}
