import { NOW, script } from './script.js';

/**
 * KEYS: limit. ARGV: cost of one in microseconds, burst. Keeps when the allowance would be full again
 * (the "generic cell rate algorithm"), in microseconds. Gives {'ok', microseconds to wait}.
 */
export const TAKE = script(`${NOW}
local micros = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local fullAt = math.max(micros, tonumber(redis.call('GET', KEYS[1]) or '0')) + cost
local wait = fullAt - micros - ARGV[2] * cost
if wait > 1 then return {'ok', math.ceil(wait)} end
redis.call('SET', KEYS[1], whole(fullAt), 'PX', whole(math.ceil((fullAt - micros) / 1000)))
return {'ok', 0}
`);
