import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { builtProgram } from '../helpers/built-program.js';
import { closedPort } from '../helpers/socket-server.js';
import { serve } from '../helpers/relay.js';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [
  'Dockerfile',
  'compose.yaml',
  'deploy/kubernetes.yaml',
  'deploy/telnyx-chat.service',
] as const;
const [DOCKERFILE, COMPOSE, KUBERNETES, UNIT] = FILES;

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const run = promisify(execFile);

/** The value after each of these words at the start of a line, lines that go on joined. */
function valuesOf(file: string, word: string): string[] {
  const text = textOf(file).replaceAll('\\\n', '');
  return [...text.matchAll(new RegExp(`^${word}[ =](.*)$`, 'gm'))].map(([, value = '']) => value);
}

function wordsOf(json: string): string[] {
  return JSON.parse(/\[.*\]/.exec(json)?.[0] ?? '[]') as string[];
}

function documents(file: string): unknown[] {
  return parseAllDocuments(textOf(file), { strict: true }).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS() as unknown;
  });
}

interface Compose {
  services: {
    relay: {
      command: string[];
      environment: Record<string, string>;
      ports: string[];
      depends_on: unknown;
      stop_grace_period: string;
      read_only: boolean;
      cap_drop: string[];
    };
    valkey: { command: string[] };
  };
}

interface Labels {
  matchLabels: Record<string, string>;
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface Container {
  args: string[];
  ports: { name: string }[];
  livenessProbe: Probe;
  readinessProbe: Probe;
  lifecycle: { preStop: { exec: { command: string[] } } };
  securityContext: unknown;
}

interface Pod {
  containers: [Container];
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  topologySpreadConstraints: [{ labelSelector: Labels }];
  securityContext: unknown;
}

/** What is described, by kind. */
interface Cluster {
  Secret: { stringData: Record<string, string> };
  Deployment: {
    spec: {
      replicas: number;
      selector: Labels;
      template: { metadata: { labels: Record<string, string> }; spec: Pod };
    };
  };
  Service: { spec: { selector: Record<string, string> } };
  PodDisruptionBudget: { spec: { minAvailable: number; selector: Labels } };
  NetworkPolicy: { spec: { podSelector: Labels } };
}

const [compose] = documents(COMPOSE) as [Compose];
const cluster = Object.fromEntries(
  documents(KUBERNETES).map((each) => [(each as { kind: string }).kind, each]),
) as unknown as Cluster;
const pod = cluster.Deployment.spec.template.spec;
const [container] = pod.containers;
const unit = Object.fromEntries(
  textOf(UNIT)
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split(/=(.*)/)),
) as Record<string, string>;

describe('what the files for running the relay name is there', () => {
  test.each(FILES)('%s: its variables', async (file) => {
    const { stdout: help } = await runCli(['serve', '--help']);
    const known = `${help}\n${textOf('docs/relay.md')}\n${textOf('docs/settings.md')}`;
    const named = textOf(file).match(/\bTELNYX_[A-Z_]+/g) ?? [];
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test.each([
    [DOCKERFILE, wordsOf(valuesOf(DOCKERFILE, 'CMD')[0] ?? '')],
    [COMPOSE, compose.services.relay.command],
    [KUBERNETES, container.args],
  ])('%s: the program takes its words', async (_, argv) => {
    const guarded = { TELNYX_CHAT_TOKEN: 'a-token-of-sixteen-characters' };
    const { stderr } = await builtProgram(argv, { env: guarded });
    expect(stderr).toContain('TELNYX_API_KEY is required');
    const unguarded = await builtProgram(argv);
    expect(unguarded.stderr).toContain('serving on 0.0.0.0 without a token');
  });

  test(`${UNIT}: the program takes its words, its key and its tokens from files`, async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'env'), 'TELNYX_API_KEY=KEY-1\n');
    writeFileSync(join(home, 'tokens'), 's3cret-0123456789\n');
    const start = (unit['ExecStart'] ?? '').replaceAll('/etc/telnyx-chat', home);
    const [, ...argv] = start.replaceAll('%d', home).split(' ');
    const { code, stderr } = await builtProgram(argv, { home });
    expect([code, stderr]).toEqual([3, expect.stringContaining('TELNYX_ASSISTANT_ID is required')]);
    expect(unit['RestartPreventExitStatus']?.split(' ')).toContain(String(code));
  });

  test('the placeholders of the Secret are refused', async () => {
    const env = cluster.Secret.stringData;
    const { code, stderr } = await builtProgram(['serve', '--port', '0'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('characters that no token has')]);
  });
});

describe('Dockerfile', () => {
  test('has no fault', () => {
    expect(validate(textOf(DOCKERFILE)).map(({ message }) => message)).toEqual([]);
  });

  test('runs without a shell and not as root', () => {
    const commands = ['RUN', 'ENTRYPOINT', 'CMD'].flatMap((word) => valuesOf(DOCKERFILE, word));
    expect(commands).toHaveLength(4);
    for (const command of commands) expect(wordsOf(command)).not.toEqual([]);
    expect(valuesOf(DOCKERFILE, 'USER')).toEqual(['1000:1000']);
  });

  test('copies what is there, and nothing that holds a key', () => {
    const [everything, ...kept] = textOf('.dockerignore')
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    expect(everything).toBe('*');
    for (const path of kept) expect(existsSync(join(ROOT, path.replace('!', '')))).toBe(true);
  });

  test('its health check tells a relay that answers from one that does not', async () => {
    const [program = '', ...argv] = wordsOf(valuesOf(DOCKERFILE, 'HEALTHCHECK')[0] ?? '');
    const check = (port: string): Promise<number> =>
      run(program, argv, { env: { PATH: process.env['PATH'], PORT: port } }).then(
        () => 0,
        (error: unknown) => (error as { code: number }).code,
      );
    const relay = await serve(['--sandbox']);
    expect(await check(new URL(relay.url).port)).toBe(0);
    expect(await check(String(await closedPort()))).toBe(1);
  });
});

describe('compose.yaml', () => {
  const { relay, valkey } = compose.services;

  test('gives turns the time to end, and shows the relay to this machine alone', () => {
    expect(Number.parseInt(relay.stop_grace_period)).toBeGreaterThanOrEqual(35);
    expect(relay.ports).toEqual(['127.0.0.1:8080:8080']);
    expect([relay.read_only, relay.cap_drop]).toEqual([true, ['ALL']]);
  });

  test('lets the relay wait for a Valkey that forgets no key', () => {
    expect(relay.depends_on).toEqual({ valkey: { condition: 'service_healthy' } });
    expect(new URL(relay.environment['TELNYX_CHAT_REDIS'] ?? '').hostname).toBe('valkey');
    expect(valkey.command).toEqual(expect.arrayContaining(['--appendonly', 'noeviction']));
  });
});

describe('deploy/kubernetes.yaml', () => {
  test('asks what the relay answers', async () => {
    const relay = await serve(['--sandbox']);
    for (const { httpGet } of [container.livenessProbe, container.readinessProbe]) {
      expect((await fetch(relay.url + httpGet.path)).status).toBe(200);
      expect(httpGet.port).toBe(container.ports[0]?.name);
    }
    expect(container.livenessProbe.httpGet.path).toBe('/health');
    expect(container.readinessProbe.httpGet.path).toBe('/ready');
  });

  test('runs two that are never both taken away, each with the time that turns need to end', () => {
    expect(cluster.Deployment.spec.replicas).toBe(2);
    expect(cluster.PodDisruptionBudget.spec.minAvailable).toBe(1);
    const [, , wait] = container.lifecycle.preStop.exec.command;
    const beforeMs = Number(/\d+/.exec(wait ?? '')?.[0]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(35 + beforeMs / 1000);
  });

  test('lets the relay do nothing that it need not', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('every selector finds the pods', () => {
    const { labels } = cluster.Deployment.spec.template.metadata;
    expect([
      cluster.Deployment.spec.selector.matchLabels,
      cluster.Service.spec.selector,
      cluster.PodDisruptionBudget.spec.selector.matchLabels,
      cluster.NetworkPolicy.spec.podSelector.matchLabels,
      pod.topologySpreadConstraints[0].labelSelector.matchLabels,
    ]).toEqual(Array(5).fill(labels));
  });
});

const ANALYZE = '/usr/bin/systemd-analyze';
const hasAnalyze = existsSync(ANALYZE);
if (!hasAnalyze) console.warn(`skipped, as there is no ${ANALYZE}: what systemd says of ${UNIT}`);

describe(UNIT, () => {
  test('gives turns the time to end', () => {
    expect([Number(unit['TimeoutStopSec']), unit['KillMode']]).toEqual([35, 'mixed']);
  });

  test('a reload reads the tokens of the administrator, not a copy made at the start', () => {
    expect(unit['ExecReload']).toBe('/bin/kill -HUP $MAINPID');
    expect(unit['ExecStart']).toContain('--token-file /etc/telnyx-chat/tokens');
    expect(valuesOf(UNIT, 'LoadCredential')).toEqual(['env:/etc/telnyx-chat/env']);
    expect(unit['SupplementaryGroups']).toBe('telnyx-chat-tokens');
  });

  test.skipIf(!hasAnalyze)('systemd understands it, and calls it safe', async () => {
    // With a program that is installed here.
    const path = join(temporaryFolder(), 'telnyx-chat.service');
    writeFileSync(path, textOf(UNIT).replace('/usr/local/bin/telnyx-chat', process.execPath));
    expect(await run(ANALYZE, ['verify', path])).toEqual({ stdout: '', stderr: '' });
    const { stdout } = await run(ANALYZE, ['security', '--offline=true', '--no-pager', path]);
    const [, level] = /exposure level for .*: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(level)).toBeLessThan(2);
  });
});
