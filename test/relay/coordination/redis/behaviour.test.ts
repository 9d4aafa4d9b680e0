import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { parseRedisUrl } from '../../../../src/relay/coordination/redis/address.js';
import { inRedis } from '../../../../src/relay/coordination/redis/in-redis.js';
import { realClock } from '../../../helpers/real-clock.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../../../helpers/redis-server.js';
import { coordinationBehaves } from '../behaviour.js';

/** Lets what has a time in Redis, all but the sessions, come to be older. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local kept = redis.call('PTTL', key)
  if string.find(key, ':limit:') then
    redis.call('SET', key, string.format('%.0f', redis.call('GET', key) - ARGV[2] * 1000), 'PX', kept)
  end
  if not string.find(key, ':session:') then redis.call('PEXPIRE', key, kept - ARGV[2]) end
end`;

const programs = REDIS_SERVERS.length > 0 ? REDIS_SERVERS : ['redis-server'];

for (const program of programs) {
  describe.skipIf(REDIS_SERVERS.length === 0)(program, () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await redisServer({ program });
    });
    afterAll(() => server.remove());

    coordinationBehaves('in Redis', async () => {
      const prefix = `test-${randomUUID()}:`;
      const open = async () => {
        const address = parseRedisUrl(server.url);
        const coordination = inRedis({ address, prefix, clock: realClock() });
        onTestFinished(() => coordination.close());
        await coordination.open();
        return coordination;
      };
      const advance = async (ms: number): Promise<void> => {
        await server.command('EVAL', AGE, '0', prefix, String(Math.ceil(ms)));
      };
      return { one: await open(), other: await open(), advance };
    });
  });
}
