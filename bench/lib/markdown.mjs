// Samplers of the Markdown renderer, bundled as the program has it and run in a process of its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const runs = new Map();

/** A run of the program, which is bundled once. */
function render(world, program = 'render-markdown') {
  const run = runs.get(program) ?? bundled(world, program);
  runs.set(program, run);
  return run;
}

function bundled({ home, env }, program) {
  const source = fileURLToPath(new URL(`../programs/${program}.ts`, import.meta.url));
  const outfile = join(home, `${program}.cjs`);
  buildSync({ entryPoints: [source], outfile, bundle: true, platform: 'node', minify: true });
  return () => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [outfile], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
}

/** MB/s. @type {import('./samplers.mjs').Sampler} */
export const renderingRate = (world) => render(world)().rate;

/** The same, over that of markdown-it in the same run. @type {import('./samplers.mjs').Sampler} */
export const renderingRatio = (world) => {
  const { rate, reference } = render(world)();
  return rate / reference;
};

/** MiB that rendering ten times as much takes more. @type {import('./samplers.mjs').Sampler} */
export const renderingGrowth = (world) => render(world)().growth;

/** MB/s of the slowest of many replies that are made to be slow. @type {import('./samplers.mjs').Sampler} */
export const hostileRate = (world) => render(world, 'render-hostile')().rate;
