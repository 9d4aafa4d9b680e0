import { AppError } from '../errors.js';
import { isReserved } from './ids.js';

/** Throws on a key that would be lost on the way; `where` says who gave it. */
export function assertMetadataKey(key: string, where: string): void {
  if (!isReserved(key)) return;
  throw new AppError('usage', `${where} cannot have the key ${key}: programs lose it on the way`, {
    hint: 'give it another name',
  });
}
