import { GIVEN_UP, IN_SESSION, NOW, script } from './script.js';

/**
 * A conversation's queue is a list of tickets, `session:number`; the first has its turn. For ARGV with
 * `sessions`, `channels` and `orphan`.
 */
const QUEUE = `
local function endOf(ticket)
  local session = sessions .. string.match(ticket, '^[^:]+')
  return tonumber(redis.call('HGET', session, 'ends') or '0')
end

-- Drops the tickets of sessions that are over: the first one, whose turn may be running still, only
-- after a while. Gives the first that is left and when it could be dropped.
local function tidy(queue)
  local tickets = redis.call('LRANGE', queue, 0, -1)
  local first, over
  for place, ticket in ipairs(tickets) do
    local ends = endOf(ticket)
    local wait = place == 1 and ends + orphan or ends
    if wait <= now then
      redis.call('LREM', queue, 1, ticket)
    elseif not first then
      first = ticket
      over = wait
    end
  end
  return first, over, tickets[1]
end

local function wake(ticket)
  redis.call('PUBLISH', channels .. string.match(ticket, '^[^.]+'), ticket)
end
`;

const IN_QUEUE = `${IN_SESSION}
local ticket, orphan, sessions, channels = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
${QUEUE}
local quiet = quietMs()
local first, over, former = tidy(KEYS[3])
if first and first ~= former and first ~= ticket and quiet == 0 then wake(first) end
`;

/** How long a queue is kept that nobody asks for, in milliseconds: longer than any turn takes. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** KEYS: session, quiet, queue. ARGV: count, ticket, orphan, sessions, channels, most tickets. */
export const ENTER = script(`${IN_QUEUE}${GIVEN_UP}
if isGivenUp(KEYS[3], ticket) then return {'gone', count} end
if quiet > 0 then return {'quiet', count} end
local length = redis.call('LLEN', KEYS[3])
if length >= tonumber(ARGV[6]) then return {'full', count} end
redis.call('RPUSH', KEYS[3], ticket)
redis.call('PEXPIRE', KEYS[3], ${KEPT_MS})
if not first then return {'in', count} end
return {'waits', count, length, math.max(0, over - now)}
`);

/** As ENTER, for a ticket that waits: whether it does still. */
export const LOOK = script(`${IN_QUEUE}
if quiet > 0 then return {'waits', count, 1, quiet} end
if first == ticket then return {'in', count} end
for place, each in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  if each == ticket then return {'waits', count, place - 1, math.max(0, over - now)} end
end
return {'gone', count}
`);

/** KEYS: queue, quiet. ARGV: ticket, orphan, sessions, channels. May be run again. */
export const LEAVE = script(`${NOW}${GIVEN_UP}
local ticket, orphan, sessions, channels = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
${QUEUE}
local former = redis.call('LINDEX', KEYS[1], 0)
if redis.call('LREM', KEYS[1], 1, ticket) == 0 then giveUp(KEYS[1], ticket) end
if former ~= ticket then return {'ok'} end
-- It had its turn and is done: whoever is next did not have one, and is not waited for.
while true do
  local next = redis.call('LINDEX', KEYS[1], 0)
  if not next then return {'ok'} end
  if endOf(next) > now then
    if redis.call('PTTL', KEYS[2]) <= 0 then wake(next) end
    return {'ok'}
  end
  redis.call('LPOP', KEYS[1])
end
`);
