import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Workflow {
  on: Record<string, unknown>;
  permissions: unknown;
  jobs: {
    test: {
      strategy: { matrix: { node: number[] } };
      steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
    };
  };
}

const text = textOf('.github/workflows/ci.yml');
const document = parseDocument(text, { strict: true });
const workflow = document.toJS() as Workflow;
const { steps, strategy } = workflow.jobs.test;

describe('.github/workflows/ci.yml', () => {
  test('is YAML without a fault', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  test('runs what a clean checkout is tested with, for every push and pull request', () => {
    expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
    const programs = steps.flatMap(({ run }) => run ?? []);
    expect(programs).toEqual(['.ci/run']);
    for (const program of programs) accessSync(join(ROOT, program), constants.X_OK);
  });

  test('runs on the versions of the matrix', () => {
    const [, versions = ''] = /VERSIONS = \[(.*)\]/.exec(textOf('scripts/test-matrix.mjs')) ?? [];
    const majors = versions.match(/(?<=')\d+/g)?.map(Number);
    expect(strategy.matrix.node).toEqual(majors);
    expect(steps).toContainEqual(
      expect.objectContaining({
        with: expect.objectContaining({ 'node-version': '${{ matrix.node }}' }),
      }),
    );
  });

  test('may read the code and nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(text).not.toMatch(/secrets|_target/);
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions).toHaveLength(2);
    for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@v\d+$/);
  });
});
