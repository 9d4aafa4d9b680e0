import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REDIS_SERVERS, redisServer } from '../helpers/redis-server.js';
import { upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';

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
});
