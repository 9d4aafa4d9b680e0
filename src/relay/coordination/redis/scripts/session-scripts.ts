import { IN_SESSION, NOW, script } from './script.js';

/** ARGV: count, lease, keep. Gives {'ok', count, milliseconds of quiet}. */
export const RENEW = script(`${IN_SESSION}
redis.call('HSET', KEYS[1], 'ends', whole(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok', count, quietMs()}
`);

/**
 * KEYS: session, quiet, the session before or ''. ARGV: count of that one, lease, keep, quiet.
 * When the server has lost what it knew of the session before, it may have lost who was having a turn:
 * then no turn begins until that one must be over.
 */
export const OPEN = script(`${NOW}
local before = KEYS[3] ~= '' and redis.call('HGET', KEYS[3], 'count') or nil
local forgot = KEYS[3] ~= '' and (not before or tonumber(before) < tonumber(ARGV[1]))
local quiet = tonumber(ARGV[4])
if forgot and quiet > 0 and redis.call('PTTL', KEYS[2]) < quiet then
  redis.call('SET', KEYS[2], '1', 'PX', whole(quiet))
end
redis.call('HSET', KEYS[1], 'ends', whole(now + ARGV[2]), 'count', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok', 1, math.max(0, redis.call('PTTL', KEYS[2]))}
`);

/** KEYS: session. What it holds is free at once. */
export const CLOSE = script(`redis.call('DEL', KEYS[1]) return {'ok'}`);
