import type { Connection } from './connection.js';
import { script, type Keys } from './scripts.js';
import type { Session } from './session.js';

/**
 * KEYS: server, quiet. ARGV: milliseconds in which no turn begins on a server that is new as the master. It may lack
 * the last writes of the old one, and the replicas that made them may not know yet.
 */
const FOLLOW = script(`
local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local before = redis.call('GET', KEYS[1])
if before == id then return {'ok'} end
redis.call('SET', KEYS[1], id)
local quiet = tonumber(ARGV[1])
if before and quiet > 0 and redis.call('PTTL', KEYS[2]) < quiet then
  redis.call('SET', KEYS[2], '1', 'PX', string.format('%.0f', quiet))
end
return {'ok'}
`);

interface Master {
  connection: Connection;
  session: Session;
  keys: Keys;
}

/**
 * To be called after each connect through Sentinels, before anything else is asked of the server. Rejects with
 * `unavailable`.
 */
export async function pauseAfterFailover({ connection, session, keys }: Master): Promise<void> {
  await connection.run(FOLLOW, [keys.server, keys.quiet], [session.unknownTurnsMs()]);
}
