// npm runs this after an install in a clone: it builds, unless what builds was left out of the install.

const isInstalled = await import('esbuild').then(
  () => true,
  () => false,
);
if (isInstalled) await import('./build.mjs');
else
  console.error(
    'telnyx-chat is not built: the development dependencies are missing. Run npm ci --include=dev',
  );
