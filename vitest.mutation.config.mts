import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from './vitest.config.mjs';

/** Where a mutant is looked for: first where it is likeliest and soonest found. */
const FOLDERS = ['turn', 'api', 'chat', 'conversations', 'commands', 'contract'];

const rankOf = ({ moduleId }: TestSpecification): number =>
  FOLDERS.findIndex((folder) => moduleId.includes(`/test/${folder}/`));

class NearestFirst extends BaseSequencer {
  override sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(specifications.sort((one, other) => rankOf(one) - rankOf(other)));
  }
}

/** For `npm run test:mutation`: the tests that import src/turn or src/api and take no second each. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: FOLDERS.map((folder) => `test/${folder}/**/*.test.ts`),
    exclude: ['test/contract/faults.test.ts', 'test/commands/default-api.test.ts'],
    setupFiles: ['test/helpers/block-network.ts', 'test/helpers/same-seed.ts'],
    isolate: false,
    sequence: { sequencer: NearestFirst },
  },
});
