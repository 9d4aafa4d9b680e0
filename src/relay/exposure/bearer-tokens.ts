import { hash, timingSafeEqual } from 'node:crypto';
import type { Call } from '../call.js';
import { Refusal } from '../http/answer.js';

export interface Token {
  /** Identifies the caller in logs and limits, also after the secret has changed. Default: a hash of it. */
  name?: string | undefined;
  secret: string;
}

/** Gives the name of the token in an `Authorization` header; undefined when it is none of the known ones. */
export type TokenCheck = (authorization: string | undefined) => string | undefined;

/** Compares hashes of all tokens in constant time, so that timing tells nothing about a guess. */
export function tokenCheck(tokens: readonly Token[]): TokenCheck {
  const known = tokens.map(({ name, secret }) => {
    const digest = digestOf(secret);
    return { name: name ?? `token-${digest.toString('hex', 0, 6)}`, digest };
  });
  return (authorization = '') => {
    const [, shown = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    const digest = digestOf(shown);
    let caller: string | undefined;
    for (const each of known) if (timingSafeEqual(each.digest, digest)) caller = each.name;
    return caller;
  };
}

/** Throws a 401. */
export function assertToken({ request, facts }: Call, tokens: TokenCheck): void {
  const caller = tokens(request.headers.authorization);
  if (caller === undefined) {
    throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  }
  facts.caller = caller;
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
