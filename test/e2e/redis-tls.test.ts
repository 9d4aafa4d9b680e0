import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REDIS_SERVERS, redisServer } from '../helpers/redis-server.js';
import { upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';
import {
  CERTIFICATE,
  NEXT_CERTIFICATE,
  NEXT_PRIVATE_KEY,
  PRIVATE_KEY,
} from '../helpers/tls-certificate.js';

describe.skipIf(REDIS_SERVERS.length === 0)('rediss://', () => {
  test.each([
    ['is used when its certificate is trusted', true, 'ready'],
    ['is not when it is not', false, 'degraded'],
  ])('%s', async (_, isTrusted, status) => {
    const redis = await redisServer({ isTls: true, args: ['--requirepass', 's3cret'] });
    onTestFinished(() => redis.remove());
    const relay = await replica(['--redis', redis.url.replace('//', '//:s3cret@')], {
      ...upstream('http://127.0.0.1:9'),
      // Meant for some other program: it must not make ours tell.
      DEBUG: '*',
      ...(isTrusted && { NODE_EXTRA_CA_CERTS: join(redis.folder, 'cert.pem') }),
    });
    expect(await (await fetch(`${relay.url}/ready`)).json()).toEqual({ status });
    await relay.kill('SIGTERM');
    expect(relay.log()).toContain(isTrusted ? 'connected to Redis' : 'DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(relay.log()).not.toMatch(/s3cret|HELLO|hello/);
  });

  test('shows the certificate that it asks of its clients', async () => {
    const redis = await redisServer({ isTls: true });
    onTestFinished(() => redis.remove());
    const [cert, key] = [join(redis.folder, 'cert.pem'), join(redis.folder, 'key.pem')];
    const tls = ['--redis-cert', cert, '--redis-key', key];
    const asking = await redisServer({
      isTls: true,
      args: ['--tls-auth-clients', 'yes', '--tls-ca-cert-file', cert],
    });
    onTestFinished(() => asking.remove());
    const env = { ...upstream('http://127.0.0.1:9'), NODE_EXTRA_CA_CERTS: cert };
    const stateWith = async (argv: string[]) => {
      const relay = await replica(['--redis', asking.url, ...argv], env);
      return (await fetch(`${relay.url}/ready`)).json();
    };
    expect(await stateWith(tls)).toEqual({ status: 'ready' });
    expect(await stateWith([])).toEqual({ status: 'degraded' });
  });

  test('what keeps it away is logged once, and again when it is something else', async () => {
    const redis = await redisServer({ isTls: true });
    onTestFinished(() => redis.remove());
    const ca = join(redis.folder, 'cert.pem');
    const relay = await replica(
      ['--redis', redis.url, '--redis-ca', ca],
      upstream('http://127.0.0.1:9'),
    );
    const problems = (): unknown[] =>
      [...relay.log().matchAll(/"problem":"([^"]*)","msg":"no connection/g)].map(
        ([, each]) => each,
      );
    await redis.kill();
    await expect.poll(problems).toEqual(['the connection broke', 'ECONNREFUSED']);
    writeFileSync(join(redis.folder, 'cert.pem'), NEXT_CERTIFICATE);
    writeFileSync(join(redis.folder, 'key.pem'), NEXT_PRIVATE_KEY);
    await redis.start();
    await expect.poll(problems).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    // It goes on trying, for the same reason.
    const before = problems();
    const tries = async () =>
      (await redis.command('INFO', 'stats')).match(/connections_received:(\d+)/)?.[1];
    const first = Number(await tries());
    await expect.poll(async () => Number(await tries())).toBeGreaterThan(first + 3);
    expect(problems()).toEqual(before);
  });

  test('SIGHUP reads the certificates again; broken ones leave the old ones in use', async () => {
    const args = ['--tls-auth-clients', 'yes', '--appendonly', 'yes'];
    const redis = await redisServer({ isTls: true, args });
    onTestFinished(() => redis.remove());
    const folder = temporaryFolder();
    const [ca = '', cert = '', key = ''] = ['ca', 'cert', 'key'].map((name) =>
      join(folder, `${name}.pem`),
    );
    const write = (certificate: string, privateKey: string): void => {
      writeFileSync(ca, certificate);
      writeFileSync(cert, certificate);
      writeFileSync(key, privateKey);
    };
    write(CERTIFICATE, PRIVATE_KEY);
    const tls = ['--redis-ca', ca, '--redis-cert', cert, '--redis-key', key];
    const relay = await replica(['--redis', redis.url, ...tls], upstream('http://127.0.0.1:9'));
    const state = async (): Promise<unknown> => (await fetch(`${relay.url}/ready`)).json();
    const times = (text: string): number => relay.log().split(text).length - 1;
    expect(await state()).toEqual({ status: 'ready' });

    for (const [count, broken] of [PRIVATE_KEY, '-----BEGIN CERTIFICATE-----\n'].entries()) {
      write(broken, NEXT_PRIVATE_KEY);
      await relay.kill('SIGHUP');
      await expect
        .poll(() => times('could not read the certificates for Redis again'))
        .toBe(count + 1);
    }
    await redis.kill();
    await expect.poll(state).toEqual({ status: 'degraded' });
    await redis.start();
    await expect.poll(state).toEqual({ status: 'ready' });

    await redis.kill();
    writeFileSync(join(redis.folder, 'cert.pem'), NEXT_CERTIFICATE);
    writeFileSync(join(redis.folder, 'key.pem'), NEXT_PRIVATE_KEY);
    await redis.start();
    write(CERTIFICATE, PRIVATE_KEY);
    // Another relay tells that the old certificates are of no use any more.
    const other = await replica(['--redis', redis.url, ...tls], upstream('http://127.0.0.1:9'));
    await expect.poll(() => other.log()).toContain('SELF_SIGNED_CERT');
    expect(await state()).toEqual({ status: 'degraded' });
    write(NEXT_CERTIFICATE, NEXT_PRIVATE_KEY);
    await relay.kill('SIGHUP');
    await expect.poll(() => times('read the certificates for Redis again')).toBe(3);
    await expect.poll(state).toEqual({ status: 'ready' });
    expect(relay.log()).not.toContain('BEGIN');
  }, 60_000);

  test('a certificate that is broken, or of another key, is wrong usage', async () => {
    const folder = temporaryFolder();
    const [cert = '', key = '', no = ''] = ['cert', 'key', 'no'].map((name) => join(folder, name));
    writeFileSync(cert, CERTIFICATE);
    writeFileSync(key, NEXT_PRIVATE_KEY);
    writeFileSync(no, '-----BEGIN CERTIFICATE-----\nnonsense\n');
    const overTls = 'rediss://localhost:1';
    const without = 'without a Redis over TLS';
    for (const [argv, message, url = overTls] of [
      [['--redis-cert', cert, '--redis-key', key], 'cannot use --redis-cert, --redis-key'],
      [['--redis-ca', no], 'cannot use --redis-ca'],
      [['--redis-ca', join(folder, 'missing')], 'missing is no PEM file'],
      [['--redis-ca', cert], `--redis-ca ${without}`, 'redis://localhost:1'],
      [['--redis-ca', cert], `--redis-ca ${without}`, 'redis+sentinel://localhost:1/mymaster'],
      [['--redis-cert', cert, '--redis-key', cert], `--redis-cert, --redis-key ${without}`, ''],
    ] as const) {
      const env = { ...upstream('http://127.0.0.1:9'), TELNYX_CHAT_REDIS: url };
      const { code, stderr } = await runCli(['serve', ...argv], { env });
      expect([code, stderr.split('\n')[0]]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
