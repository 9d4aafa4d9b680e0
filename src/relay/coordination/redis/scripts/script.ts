import { hash } from 'node:crypto';

/** Lua that the server runs as one step. */
export interface Script {
  source: string;
  /** What the server knows it by when it has seen it. */
  sha: string;
}

/** All of them, for the server to be told before they are needed. */
export const SCRIPTS: Script[] = [];

export function script(source: string): Script {
  const made = { source, sha: hash('sha1', source, 'hex') };
  SCRIPTS.push(made);
  return made;
}

/** The server's time: the clocks of those who ask may differ. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end
`;

/**
 * For scripts with KEYS {session, quiet, ...} and ARGV {count, ...}. A session is known by when it
 * ends and by how much was asked under it: when the server knows less than it once answered, it has
 * lost what it was told.
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
 * Commands of a connection that broke may arrive after those of the next one. What was given up before
 * it was asked for is remembered, so that it is not had after all.
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
