import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What the relay's page takes as text, which the package exports only as a module. */
const marked = fileURLToPath(new URL('node_modules/marked/lib/', import.meta.url));

/** Folders whose tests wait for programs, servers and browsers. */
const SLOW = /\/test\/(?:e2e|relay)\//;

/** The slow ones first, so that no core is without work at the end. */
class SlowFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    const isSlow = ({ moduleId }: TestSpecification): number => Number(SLOW.test(moduleId));
    return sorted.toSorted((one, other) => isSlow(other) - isSlow(one));
  }
}

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
    // Otherwise two cores run one file at a time, though most of its time it waits.
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    // Otherwise style sheets are read as empty.
    css: true,
    // A browser on a busy machine is slow.
    expect: { poll: { timeout: 10_000 } },
  },
});
