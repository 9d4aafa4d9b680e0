import { resolve } from 'node:path';
import { AppError } from '../base/errors.js';
import { readText } from './files.js';

/** The tokens in a file, at least one. The path is relative to the working folder. */
export function readTokenFile(cwd: string, path: string): string[] {
  const text = readText(resolve(cwd, path));
  if (text === undefined) {
    throw new AppError('usage', `there is no file ${path}`, { hint: 'check --token-file' });
  }
  const tokens = text.split(/[\s,]+/).filter(Boolean);
  if (tokens.length > 0) return tokens;
  throw new AppError('usage', `no token in ${path}`, {
    hint: 'check --token-file: one token per line; openssl rand -hex 32 generates one',
  });
}
