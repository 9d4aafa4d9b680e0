// Ways to get one number out of one run of a program.
import { spawn, spawnSync } from 'node:child_process';
import { REPORT_MEMORY } from './programs.mjs';

/**
 * @typedef {import('./world.mjs').World} World
 * @typedef {import('./programs.mjs').Program} Program
 * @typedef {(world: World) => number | Promise<number>} Sampler
 */

/** Bytes. */
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** Milliseconds from start to exit. @param {Program} program @returns {Sampler} */
export function wallTime(program) {
  return (world) => {
    const args = program(world);
    const started = process.hrtime.bigint();
    const run = spawnSync(process.execPath, args, optionsFor(world));
    const ended = process.hrtime.bigint();
    assertRan(args, run);
    return Number(ended - started) / 1e6;
  };
}

/** Peak memory in MiB. @param {Program} program @returns {Sampler} */
export function peakMemory(program) {
  return (world) => {
    const args = program(world);
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'];
    const options = { ...optionsFor(world), stdio };
    const run = spawnSync(process.execPath, [...REPORT_MEMORY, ...args], options);
    assertRan(args, run);
    return Number(run.output[3]) / 1024;
  };
}

/**
 * Milliseconds from the server's write of a stream's first delta to its arrival on our end of the
 * program's stdout. @param {Program} program @returns {Sampler}
 */
export function firstDelta(program) {
  return (world) =>
    new Promise((resolve, reject) => {
      const args = program(world);
      const child = spawn(process.execPath, args, optionsFor(world));
      let text = '';
      let delay;
      child.stdout.on('data', (piece) => {
        const now = process.hrtime.bigint();
        text += piece;
        const [, written] = /"(?:text|content)":"(\d+) "/.exec(text) ?? [];
        if (written !== undefined) delay ??= Number(now - BigInt(written)) / 1e6;
      });
      child.on('error', reject);
      child.on('close', (status) => {
        if (status === 0 && delay !== undefined) resolve(delay);
        else reject(new Error(`${args.join(' ')}: exit code ${status}, printed ${text}`));
      });
    });
}

/** The same where the API is reached over TLS. @param {Sampler} sampler @returns {Sampler} */
export function overTls(sampler) {
  return (world) => sampler({ ...world, env: world.secureEnv });
}

function optionsFor({ home, env }) {
  return {
    ...{ cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
    maxBuffer: LARGEST_OUTPUT,
  };
}

/** Numbers of a run that failed would look splendid. */
function assertRan(args, { status, stdout, stderr, error }) {
  if (error) throw error;
  const isRight = !args.includes('hello') || stdout === 'You said: hello\n';
  if (status === 0 && isRight) return;
  throw new Error(`${args.join(' ')}: exit code ${status}, printed ${stdout}${stderr}`);
}
