import { join } from 'node:path';
import { AppError } from '../base/errors.js';
import { readText } from './files.js';

/** The folder of the built program; the package has docs/ beside it. */
declare const __DIST__: string;

/** The Markdown of a page of docs/. */
export function readGuide(page: string): string {
  const path = join(__DIST__, '../docs', `${page}.md`);
  const text = readText(path);
  if (text !== undefined) return text;
  throw new AppError('usage', `there is no ${path}`, { hint: 'install telnyx-chat again' });
}
