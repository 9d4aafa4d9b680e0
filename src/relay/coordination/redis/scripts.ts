import { hash } from 'node:crypto';

/** Lua code that the server runs as one atomic step: the name under which ioredis has it. */
export type Script = `script${number}`;

/** All scripts. ioredis sends each as a whole once over a connection, then as its hash. */
export const SCRIPTS: Record<Script, { lua: string }> = {};

export function script(lua: string): Script {
  const name: Script = `script${Object.keys(SCRIPTS).length}`;
  SCRIPTS[name] = { lua };
  return name;
}

export type Keys = ReturnType<typeof keysWith>;

/**
 * Names of keys and channels in Redis. Ids, keys and callers are hashed, so that a list of names gives nobody
 * a conversation id or an idempotency key.
 */
export function keysWith(prefix: string) {
  const digest = (text: string): string => hash('sha256', text, 'base64url');
  const sessions = `${prefix}session:`;
  return {
    /** Of all keys and channels: a user of Redis needs no others. */
    prefix,
    /** Prefix of all sessions. */
    sessions,
    session: (id: string) => sessions + id,
    /** Exists while no turn may begin. */
    quiet: `${prefix}quiet`,
    /** The run id of the master, behind Sentinels. */
    server: `${prefix}server`,
    /** The tickets of one conversation's turns. */
    queue: (conversationId: string) => `${prefix}turns:${digest(conversationId)}`,
    record: (scope: string, key: string) =>
      `${prefix}record:${digest(JSON.stringify([scope, key]))}`,
    limit: (caller: string) => `${prefix}limit:${digest(caller)}`,
    /** Prefix of the channels that wake waiting turns, one for each process. */
    channels: `${prefix}wake:`,
  };
}

/** Scripts use the server's time, since the clocks of replicas may differ. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end
`;

/**
 * For scripts with KEYS {session, quiet, ...} and ARGV {count, ...}. The server counts the commands of a
 * session. A count below one that it has already answered shows that it has lost data.
 */
export const IN_SESSION = `${NOW}
local function fault(session, count)
  local found = redis.call('HMGET', session, 'ends', 'count')
  if not found[1] or tonumber(found[2]) < tonumber(count) then return 'forgot' end
  if tonumber(found[1]) <= now then return 'over' end
end
local function quietMs() return math.max(0, redis.call('PTTL', KEYS[2])) end
local problem = fault(KEYS[1], ARGV[1])
if problem then return {problem} end
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
`;

/**
 * Commands of a broken connection may arrive after those of the next one. A ticket that was given up is
 * remembered, so that a late command does not enter it again.
 */
export const GIVEN_UP = `
local function giveUp(key, ticket)
  redis.call('SADD', key .. ':given-up', ticket)
  redis.call('PEXPIRE', key .. ':given-up', ${10 * 60 * 1000})
end
local function isGivenUp(key, ticket)
  return redis.call('SISMEMBER', key .. ':given-up', ticket) == 1
end
`;

/**
 * Counts a command that is valid without a session, so that its loss is noticed too. The session is the last of KEYS,
 * its count the last of ARGV. Gives 0 without a session, and when data is already lost.
 */
export const COUNT_OUTSIDE = `
local function countOutside()
  local found = redis.call('HGET', KEYS[#KEYS], 'count')
  if not found or tonumber(found) < tonumber(ARGV[#ARGV]) then return 0 end
  return redis.call('HINCRBY', KEYS[#KEYS], 'count', 1)
end
`;

/** ARGV: count, lease, keep. Gives {'ok', count, milliseconds until turns may begin}. */
export const RENEW = script(`${IN_SESSION}
redis.call('HSET', KEYS[1], 'ends', whole(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok', count, quietMs()}
`);

/**
 * KEYS: session, quiet, the previous session or the session itself. ARGV: count of the previous session, lease, keep, quiet.
 * A server that has lost the previous session may also have lost which turns run: no turn begins until
 * those must be over.
 */
export const OPEN = script(`${NOW}
local hasPrevious = KEYS[3] ~= KEYS[1]
local before = hasPrevious and redis.call('HGET', KEYS[3], 'count') or nil
local forgot = hasPrevious and (not before or tonumber(before) < tonumber(ARGV[1]))
local quiet = tonumber(ARGV[4])
if forgot and quiet > 0 and redis.call('PTTL', KEYS[2]) < quiet then
  redis.call('SET', KEYS[2], '1', 'PX', whole(quiet))
end
redis.call('HSET', KEYS[1], 'ends', whole(now + ARGV[2]), 'count', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok', 1, math.max(0, redis.call('PTTL', KEYS[2]))}
`);

/** KEYS: session. Everything that the session holds is free at once. */
export const CLOSE = script(`redis.call('DEL', KEYS[1]) return {'ok'}`);
