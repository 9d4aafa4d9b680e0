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

/** An unused queue is kept for 24 hours, which is longer than any turn takes. */
const QUEUE_MS = 24 * 60 * 60 * 1000;

/**
 * A conversation's queue is a list of tickets, `session:number`; the turn of the first one runs. Needs the
 * locals `sessions`, `channels` and `orphan`.
 */
const QUEUE = `
local function endOf(ticket)
  local session = sessions .. string.match(ticket, '^[^:]+')
  return tonumber(redis.call('HGET', session, 'ends') or '0')
end

-- The first ticket is kept beside the queue too: a turn that runs must not be forgotten with a queue that is
-- deleted or evicted.
local function markFirst(queue, ticket)
  redis.call('SET', queue .. ':first', ticket, 'PX', ${QUEUE_MS})
end

local function unmark(queue, ticket)
  if redis.call('GET', queue .. ':first') == ticket then redis.call('DEL', queue .. ':first') end
end

-- Drops the tickets of sessions that are over, the first one only after the orphan time: its turn may
-- still run. Gives the first ticket that is left, the time at which it could be dropped, and the one that
-- was first before.
local function dropDead(queue)
  local tickets = redis.call('LRANGE', queue, 0, -1)
  local marked = redis.call('GET', queue .. ':first')
  if marked and not tickets[1] then
    tickets[1] = marked
    redis.call('RPUSH', queue, marked)
    redis.call('PEXPIRE', queue, ${QUEUE_MS})
  end
  local first, droppedAt
  for place, ticket in ipairs(tickets) do
    local ends = endOf(ticket)
    local wait = place == 1 and ends + orphan or ends
    if wait <= now then
      redis.call('LREM', queue, 1, ticket)
    elseif not first then
      first = ticket
      droppedAt = wait
    end
  end
  if first and first ~= marked then markFirst(queue, first) end
  return first, droppedAt, tickets[1]
end

local function wake(ticket)
  redis.call('PUBLISH', channels .. string.match(ticket, '^[^.]+'), ticket)
end
`;

const IN_QUEUE = `${IN_SESSION}
local ticket, orphan, sessions, channels = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
${QUEUE}
local quiet = quietMs()
local first, droppedAt, former = dropDead(KEYS[3])
if first and first ~= former and first ~= ticket and quiet == 0 then wake(first) end
`;

/** KEYS: session, quiet, queue. ARGV: count, ticket, orphan, sessions, channels, maximum of tickets. */
export const ENTER = script(`${IN_QUEUE}${GIVEN_UP}
if isGivenUp(KEYS[3], ticket) then return {'gone', count} end
if quiet > 0 then return {'quiet', count} end
local length = redis.call('LLEN', KEYS[3])
if length >= tonumber(ARGV[6]) then return {'full', count} end
redis.call('RPUSH', KEYS[3], ticket)
redis.call('PEXPIRE', KEYS[3], ${QUEUE_MS})
if not first then
  markFirst(KEYS[3], ticket)
  return {'in', count}
end
return {'waits', count, length, math.max(0, droppedAt - now)}
`);

/** As ENTER, for a ticket that is in the queue already. */
export const CHECK = script(`${IN_QUEUE}
if quiet > 0 then return {'waits', count, 1, quiet} end
if first == ticket then return {'in', count} end
for place, each in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  if each == ticket then return {'waits', count, place - 1, math.max(0, droppedAt - now)} end
end
return {'gone', count}
`);

/** KEYS: queue, quiet, session. ARGV: ticket, orphan, sessions, channels, count. Idempotent. */
export const LEAVE = script(`${NOW}${GIVEN_UP}${COUNT_OUTSIDE}
local count = countOutside()
local ticket, orphan, sessions, channels = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
${QUEUE}
local former = redis.call('LINDEX', KEYS[1], 0)
unmark(KEYS[1], ticket)
if redis.call('LREM', KEYS[1], 1, ticket) == 0 then giveUp(KEYS[1], ticket) end
if former ~= ticket then return {'ok', count} end
-- The first ticket has left. The next one has not run yet, so if its session is over it is dropped at once.
while true do
  local next = redis.call('LINDEX', KEYS[1], 0)
  if not next then return {'ok', count} end
  if endOf(next) > now then
    markFirst(KEYS[1], next)
    if redis.call('PTTL', KEYS[2]) <= 0 then wake(next) end
    return {'ok', count}
  end
  redis.call('LPOP', KEYS[1])
end
`);
