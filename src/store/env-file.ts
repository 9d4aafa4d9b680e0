import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../base/errors.js';
import type { Sources } from '../settings/settings.js';
import { codeOf, readText } from './files.js';

/** The values of the file of `--dotenv`, which must exist, or of an optional `.env` in the working folder. */
export async function readEnvFile(
  cwd: string,
  named: string | undefined,
): Promise<Sources['envFile']> {
  const path = named === undefined ? join(cwd, '.env') : resolve(cwd, named);
  // A folder named .env is a Python environment; a device or a pipe may never end.
  if (named === undefined && !isFile(path)) return undefined;
  const text = readText(path);
  if (text === undefined && named === undefined) return undefined;
  if (text === undefined)
    throw new AppError('usage', `${path} does not exist`, { hint: 'check --dotenv' });
  // PowerShell writes UTF-16 with `>`, which would parse as a file without values.
  if (text.includes('\0')) {
    throw new AppError('usage', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' });
  }
  const { parse } = await import('./dotenv.js');
  return { path, values: parse(text) };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    return codeOf(error) !== 'ENOENT'; // Reading the file reports the reason.
  }
}

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
