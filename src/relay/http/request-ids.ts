import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SANE = /^[\w.:-]{1,64}$/;

/** Gives each request an id: the one that it brings, if it is a sane one, or one of ours. */
export function requestIds(): (request: IncomingMessage) => string {
  const start = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && SANE.test(given) ? given : `${start}-${++count}`;
  };
}

/** A fresh UUID v4, from random numbers drawn many at a time. */
export function uniqueId(): string {
  return randomUUID();
}
