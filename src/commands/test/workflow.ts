import type { Context } from '../../process/context.js';
import { isOn } from '../../base/environment.js';
import { nameFrom } from '../../store/chat-files.js';
import type { FileNamer } from '../../testing/report/github.js';

/** Whether this is a step of a GitHub workflow. */
export function isOnGithub({ env }: Pick<Context, 'env'>): boolean {
  return isOn(env, 'GITHUB_ACTIONS');
}

/** Names files from the root of the repository: a step may run in a folder of it. */
export function workspaceNames({ env, cwd }: Pick<Context, 'env' | 'cwd'>): FileNamer {
  const root = env['GITHUB_WORKSPACE'] ?? '';
  return (name) => (root === '' ? name : (nameFrom(root, { name }, { cwd }) ?? name));
}
