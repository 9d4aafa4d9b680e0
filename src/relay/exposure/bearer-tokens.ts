import { hash, timingSafeEqual } from 'node:crypto';

/** One that callers may show. */
export interface Token {
  /** What its callers are known by, from one token to the next; without, by the token. */
  name?: string | undefined;
  secret: string;
}

/** Gives the name of the caller who shows one of the tokens; undefined for anyone else. */
export type TokenCheck = (authorization: string | undefined) => string | undefined;

/**
 * Compares hashes, all of them and in constant time: how long it takes tells nothing of how much of
 * a token is right.
 */
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

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
