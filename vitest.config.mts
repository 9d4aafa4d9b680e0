import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What the relay's page takes as text, which the package exports only as a module. */
const marked = fileURLToPath(new URL('node_modules/marked/lib/', import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^marked\/lib\//, replacement: marked }] },
  define: {
    __VERSION__: JSON.stringify(version),
    __DIST__: JSON.stringify(join(import.meta.dirname, 'dist')),
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/helpers/block-network.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    // Otherwise style sheets are read as empty.
    css: true,
    // A browser on a busy machine is slow.
    expect: { poll: { timeout: 10_000 } },
  },
});
