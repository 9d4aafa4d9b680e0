import { COUNT_OUTSIDE, GIVEN_UP, IN_SESSION, NOW, script } from './scripts.js';

/**
 * A conversation's queue is a list of tickets, `session:number`; the turn of the first one runs. Needs the
 * locals `sessions`, `channels` and `orphan`.
 */
const QUEUE = `
local function endOf(ticket)
  local session = sessions .. string.match(ticket, '^[^:]+')
  return tonumber(redis.call('HGET', session, 'ends') or '0')
end

-- Drops the tickets of sessions that are over, the first one only after the orphan time: its turn may
-- still run. Gives the first ticket that is left, the time at which it could be dropped, and the one that
-- was first before.
local function dropDead(queue)
  local tickets = redis.call('LRANGE', queue, 0, -1)
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

/** An unused queue is kept for 24 hours, which is longer than any turn takes. */
const QUEUE_MS = 24 * 60 * 60 * 1000;

/** KEYS: session, quiet, queue. ARGV: count, ticket, orphan, sessions, channels, maximum of tickets. */
export const ENTER = script(`${IN_QUEUE}${GIVEN_UP}
if isGivenUp(KEYS[3], ticket) then return {'gone', count} end
if quiet > 0 then return {'quiet', count} end
local length = redis.call('LLEN', KEYS[3])
if length >= tonumber(ARGV[6]) then return {'full', count} end
redis.call('RPUSH', KEYS[3], ticket)
redis.call('PEXPIRE', KEYS[3], ${QUEUE_MS})
if not first then return {'in', count} end
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
if redis.call('LREM', KEYS[1], 1, ticket) == 0 then giveUp(KEYS[1], ticket) end
if former ~= ticket then return {'ok', count} end
-- The first ticket has left. The next one has not run yet, so if its session is over it is dropped at once.
while true do
  local next = redis.call('LINDEX', KEYS[1], 0)
  if not next then return {'ok', count} end
  if endOf(next) > now then
    if redis.call('PTTL', KEYS[2]) <= 0 then wake(next) end
    return {'ok', count}
  end
  redis.call('LPOP', KEYS[1])
end
`);
