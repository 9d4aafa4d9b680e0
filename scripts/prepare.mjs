// Builds, unless what builds was left out of the install. npm also runs this after an install in a clone, which
// then does not fail.

const isInstalled = await import('esbuild').then(
  () => true,
  () => false,
);
if (isInstalled) await import('./build.mjs');
else {
  console.error(
    'telnyx-chat is not built: the development dependencies are missing. Run npm ci --include=dev',
  );
  if (process.env.npm_lifecycle_event !== 'prepare') process.exitCode = 1;
}
