import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Sources } from '../core/settings.js';
import { AppError } from '../errors.js';
import { readText } from './files.js';

/** The values of `--env-file`, which must be there, or of `.env` in the working folder, which may be. */
export async function readEnvFile(
  cwd: string,
  named: string | undefined,
): Promise<Sources['envFile']> {
  const path = named === undefined ? join(cwd, '.env') : resolve(cwd, named);
  // A folder called .env is somebody's Python environment.
  if (named === undefined && !isFile(path)) return undefined;
  const text = readText(path);
  if (text === undefined)
    throw new AppError('usage', `${path} does not exist`, { hint: 'check --env-file' });
  const { parse } = await import('dotenv');
  return { path, values: parse(text) };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
