import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REDIS_SERVERS, redisServer } from '../helpers/redis-server.js';
import { upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';

describe.skipIf(REDIS_SERVERS.length === 0)('rediss://', () => {
  test.each([
    ['is used when its certificate is trusted', true, 200],
    ['is not when it is not', false, 503],
  ])('%s', async (_, isTrusted, status) => {
    const redis = await redisServer({ isTls: true, args: ['--requirepass', 's3cret'] });
    onTestFinished(() => redis.remove());
    const relay = await replica(['--redis', redis.url.replace('//', '//:s3cret@')], {
      ...upstream('http://127.0.0.1:9'),
      // Meant for some other program: it must not make ours tell.
      DEBUG: '*',
      ...(isTrusted && { NODE_EXTRA_CA_CERTS: join(redis.folder, 'cert.pem') }),
    });
    expect((await fetch(`${relay.url}/ready`)).status).toBe(status);
    await relay.kill('SIGTERM');
    expect(relay.log()).toContain(isTrusted ? 'connected to Redis' : 'DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(relay.log()).not.toMatch(/s3cret|HELLO|hello/);
  });
});
