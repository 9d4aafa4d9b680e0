import { hash, timingSafeEqual, createHmac } from 'node:crypto';
import { AppError } from '../../base/errors.js';
import { checkedId } from '../../base/names.js';
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

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Conversation ids as callers get and send them. */
export interface ConversationIds {
  sign(conversationId: string, caller: string | undefined): string;
  /** Throws a 400 for text that is no id, and a 404 for an id that was not signed for this caller. */
  verify(signedId: string, caller: string | undefined): string;
}

/** Ids without a signature: whoever knows one can continue its conversation. */
export const plainIds: ConversationIds = { sign: (id) => id, verify: asId };

const SIGNATURE_BYTES = 16;
const SIGNED = /^(.+)\.([\w-]{22})$/;

/**
 * Ids with a signature that is valid for one caller only: by its name, where it has one, so that its token can
 * change. The first secret signs; the others are still known.
 */
export function signedIds([secret = '', ...older]: readonly string[]): ConversationIds {
  return {
    sign: (id, caller) => `${id}.${signatureOf(id, caller, secret)}`,
    verify(signedId, caller) {
      const [, id = '', signature = ''] = SIGNED.exec(signedId) ?? [];
      const isKnown = (each: string): boolean => isSame(signature, signatureOf(id, caller, each));
      if ([secret, ...older].some(isKnown)) return asId(id);
      throw new Refusal(404, 'Conversation not found');
    },
  };
}

function signatureOf(id: string, caller: string | undefined, secret: string): string {
  const digest = createHmac('sha256', secret)
    .update(`${caller ?? ''}\n${id}`)
    .digest();
  return digest.toString('base64url', 0, SIGNATURE_BYTES);
}

function isSame(given: string, expected: string): boolean {
  return (
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  );
}

function asId(text: string): string {
  try {
    return checkedId('conversation', text);
  } catch (error) {
    throw error instanceof AppError ? new Refusal(400, 'Invalid request body') : error;
  }
}
