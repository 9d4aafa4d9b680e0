import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const IMPORT = /^(?:import|export)\s([^;]*?)\sfrom '([^']+)';/gm;

/** Whether anything but types is imported. */
function isLoaded(clause: string): boolean {
  if (clause.startsWith('type ')) return false;
  const names = /^\{([^]*)\}$/.exec(clause.trim())?.[1]?.split(',') ?? [clause];
  return names.some((name) => name.trim() !== '' && !name.trim().startsWith('type '));
}

/** The packages that load together with a file of src/. */
function packagesOf(entry: string): string[] {
  const packages = new Set<string>();
  const files = new Set([join('src', entry)]);
  for (const file of files) {
    for (const [, clause = '', source = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (!isLoaded(clause)) continue;
      if (!source.startsWith('.')) packages.add(source);
      const target = join(dirname(file), source.replace(/\.js$/, '.ts'));
      if (source.startsWith('.') && existsSync(target)) files.add(target);
    }
  }
  return [...packages];
}

it.each([
  ['commands/serve.ts', 'ioredis'],
  ['commands/serve.ts', '@valibot/to-json-schema'],
  ['commands/send.ts', 'undici'],
  ['commands/send.ts', '@inquirer/prompts'],
  ['commands/send.ts', 'conf'],
])('%s loads without %s', (entry, name) => {
  const packages = packagesOf(entry);
  expect(packages).not.toContain(name);
  expect(packages).toContain('valibot');
});

it('knows what a file loads', () => {
  expect(packagesOf('relay/coordination/redis/in-redis.ts')).toContain('ioredis');
});
