// Samplers of the Markdown renderer, bundled as the program has it and run in a process of its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const source = fileURLToPath(new URL('../programs/render-markdown.ts', import.meta.url));
const runs = new WeakMap();

/** A run of the program, which is bundled once. */
function render(world) {
  const run = runs.get(world) ?? bundled(world);
  runs.set(world, run);
  return run;
}

function bundled({ home, env }) {
  const outfile = join(home, 'render-markdown.cjs');
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
