// Builds, unless what builds was left out of the install. npm also runs this after an install in a clone, which
// then does not fail. With --if-stale, a build that is newer than the source is kept.

import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isInstalled = await import('esbuild').then(
  () => true,
  () => false,
);
if (process.argv.includes('--if-stale') && isFresh()) process.exit();
if (isInstalled) await import('./build.mjs');
else {
  console.error(
    'telnyx-chat is not built: the development dependencies are missing. Run npm ci --include=dev',
  );
  if (process.env.npm_lifecycle_event !== 'prepare') process.exitCode = 1;
}

function isFresh() {
  const built = statSync(`${root}dist/telnyx-chat.1`, { throwIfNoEntry: false });
  if (!built) return false;
  return ['src', 'scripts', 'docs', 'package.json'].every(
    (name) => changedAt(name) < built.mtimeMs,
  );
}

/** The newest change in a file or a folder. */
function changedAt(name) {
  const stats = statSync(`${root}${name}`);
  const inside = stats.isDirectory() ? readdirSync(`${root}${name}`) : [];
  return Math.max(stats.mtimeMs, ...inside.map((each) => changedAt(`${name}/${each}`)));
}
