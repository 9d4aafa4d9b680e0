import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkedId } from '../../text/ids.js';
import { AppError } from '../../base/errors.js';
import { Refusal } from '../http/answer.js';

/** Conversation ids as callers have them. */
export interface Handles {
  seal(conversationId: string, caller: string | undefined): string;
  /** Throws a 400 for what is no id, a 404 for what the caller was not given. */
  open(handle: string, caller: string | undefined): string;
}

/** The ids themselves: whoever knows one may go on with its conversation. */
export const plainHandles: Handles = { seal: (id) => id, open: asId };

/** 16 bytes: too many to guess. */
const SEAL_BYTES = 16;
const SEALED = /^(.+)\.([\w-]{22})$/;

/** Ids with a seal that holds for one caller: another one's conversation cannot be gone on with. */
export function signedHandles(secret: string): Handles {
  const sealOf = (id: string, caller = ''): string => {
    const digest = createHmac('sha256', secret).update(`${caller}\n${id}`).digest();
    return digest.toString('base64url', 0, SEAL_BYTES);
  };
  return {
    seal: (id, caller) => `${id}.${sealOf(id, caller)}`,
    open(handle, caller) {
      const [, id = '', seal = ''] = SEALED.exec(handle) ?? [];
      if (isSame(seal, sealOf(id, caller))) return asId(id);
      throw new Refusal(404, 'Conversation not found');
    },
  };
}

function isSame(shown: string, seal: string): boolean {
  return shown.length === seal.length && timingSafeEqual(Buffer.from(shown), Buffer.from(seal));
}

function asId(text: string): string {
  try {
    return checkedId('conversation', text);
  } catch (error) {
    throw error instanceof AppError ? new Refusal(400, 'Invalid request body') : error;
  }
}
