import { randomBytes } from 'node:crypto';
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
