// The model test of the delivery of turns, with more runs than in `npm test`.
import { spawnSync } from 'node:child_process';

const [runs = '10000', seed = ''] = process.argv.slice(2);
const { status } = spawnSync('npx vitest run test/turn/model.test.ts', {
  shell: true,
  stdio: 'inherit',
  env: { ...process.env, MODEL_RUNS: runs, MODEL_SEED: seed },
});
process.exitCode = status ?? 1;
