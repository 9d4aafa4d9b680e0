import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Sources } from '../settings/settings.js';
import { AppError } from '../base/errors.js';
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
