import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { post, serveSandbox } from '../helpers/relay.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}

const { groups } = parse(textOf('deploy/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(textOf('deploy/dashboard.json')) as { panels: Panel[] };
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const expressions = [...rules.map(({ expr }) => expr), ...queries];

/** The relay has `redis_up` only with a Redis; the others come with its table of what it does at Telnyx. */
const NOT_ALWAYS = [
  'telnyx_chat_build_info',
  'telnyx_chat_first_token_seconds',
  'telnyx_chat_rate_limited_total',
  'telnyx_chat_redis_up',
  'telnyx_chat_turns_waiting',
  'telnyx_chat_upstream_key_refused',
  'telnyx_chat_upstream_requests_total',
  'telnyx_chat_upstream_seconds',
];

/** The names in an expression, histograms without their parts. */
function namesIn(expression: string): string[] {
  const named = expression.match(/\b(?:telnyx_chat|process|nodejs)_\w+/g) ?? [];
  return named.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
}

describe('the names in the alerts and the dashboard', () => {
  /** Name and labels of all that a relay tells after a turn. */
  async function exported(): Promise<{ names: Set<string>; text: string }> {
    const token = { authorization: 'Bearer s3cret-0123456789' };
    const relay = await serveSandbox(['--token', 's3cret-0123456789']);
    await post(relay, { message: 'hello' }, token);
    await post(relay, { message: 'hello' });
    const text = await (await fetch(`${relay.url}/metrics`, { headers: token })).text();
    const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    return { names: new Set(names), text };
  }

  it('are those that the relay has', async () => {
    const { names } = await exported();
    const used = new Set(expressions.flatMap(namesIn));
    expect(used.size).toBeGreaterThan(8);
    expect([...used].filter((name) => !names.has(name) && !NOT_ALWAYS.includes(name))).toEqual([]);
    // What is excused is used.
    expect(NOT_ALWAYS.filter((name) => !used.has(name))).toEqual([]);
  });

  it('have the labels that the relay gives them', async () => {
    const { names, text } = await exported();
    const selectors = expressions.flatMap((each) => [...each.matchAll(/(\w+)\{([^}]*)\}/g)]);
    expect(selectors.length).toBeGreaterThan(20);
    for (const [, name = '', selector = ''] of selectors) {
      if (!names.has(name.replace(/_bucket$/, ''))) continue;
      const used = [...selector.matchAll(/(\w+)[=!]/g)].map(([, label]) => label);
      // Prometheus adds the job and the instance.
      for (const label of used.filter((each) => each !== 'job')) {
        expect(text).toMatch(new RegExp(`^${name}{[^}]*${String(label)}="`, 'm'));
      }
    }
  });
});

describe('deploy/alerts.yaml', () => {
  test.each(rules)('$alert says what is wrong and what to do', ({ labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^[A-Z][^.]{10,70}$/);
    expect(annotations.description).toMatch(/\.$/);
  });

  test.each(rules)('$alert is in docs/deploy.md', ({ alert }) => {
    expect(textOf('docs/deploy.md')).toContain(`\`${alert}\``);
  });
});

describe('deploy/dashboard.json', () => {
  it('has panels that do not lie over each other', () => {
    const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('follows the data source and the job that are chosen', () => {
    expect(queries.filter((query) => !query.includes('job=~"$job"'))).toEqual([]);
    expect(textOf('deploy/dashboard.json')).not.toMatch(/"uid": "(?!\$\{datasource\}|telnyx-chat)/);
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('skipped, as there is no promtool: what Prometheus says of deploy/');

describe.skipIf(!hasPromtool)('what promtool says', () => {
  const promtool = (cwd: string, ...argv: string[]): void => {
    const { status, stdout, stderr } = spawnSync('promtool', argv, { cwd, encoding: 'utf8' });
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  };

  it('the alerts have no fault', () => {
    promtool(ROOT, 'check', 'rules', '--lint-fatal', 'deploy/alerts.yaml');
  });

  it('each alert comes when it should, and none without trouble', () => {
    const folder = temporaryFolder();
    copyFileSync(join(ROOT, 'deploy/alerts.yaml'), join(folder, 'alerts.yaml'));
    copyFileSync(join(import.meta.dirname, 'alerts.promtool.yaml'), join(folder, 'tests.yaml'));
    promtool(folder, 'test', 'rules', 'tests.yaml');
    const tested = textOf('test/deploy/alerts.promtool.yaml');
    for (const { alert } of rules) expect(tested).toContain(`alertname="${alert}"`);
  });

  it('the queries of the dashboard have no fault', () => {
    const folder = temporaryFolder();
    const record = queries.map((query, at) => ({
      record: `query:${at}`,
      expr: query.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*'),
    }));
    const file = JSON.stringify({ groups: [{ name: 'dashboard', rules: record }] });
    writeFileSync(join(folder, 'queries.yaml'), file);
    promtool(folder, 'check', 'rules', 'queries.yaml');
  });

  it('the example of the documentation is a configuration', () => {
    const folder = temporaryFolder();
    const [, example = ''] =
      /```yaml\n(scrape_configs:[^]*?)```/.exec(textOf('docs/deploy.md')) ?? [];
    writeFileSync(join(folder, 'prometheus.yml'), example);
    writeFileSync(join(folder, 'token'), 's3cret');
    copyFileSync(join(ROOT, 'deploy/alerts.yaml'), join(folder, 'alerts.yaml'));
    promtool(folder, 'check', 'config', 'prometheus.yml');
  });
});
