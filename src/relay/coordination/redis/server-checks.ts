import { CoordinationError } from '../coordination.js';
import type { Connection } from './connection.js';
import { script, type Keys } from './scripts.js';

/**
 * KEYS: any key of ours. ARGV: a channel of ours. Gives {'ok', commands that the user may not run…}. Redis 6
 * cannot tell: there, a command that is not permitted fails when it is needed.
 */
const PERMITTED = script(`
local refused = {'ok'}
if not redis.acl_check_cmd then return refused end
local key = KEYS[1]
for _, command in ipairs({
  {'DEL', key}, {'EXISTS', key}, {'GET', key}, {'HGET', key, 'f'}, {'HINCRBY', key, 'f', '1'},
  {'HMGET', key, 'f'}, {'HSET', key, 'f', '1'}, {'LINDEX', key, '0'}, {'LLEN', key}, {'LPOP', key},
  {'LRANGE', key, '0', '-1'}, {'LREM', key, '1', 'x'}, {'PEXPIRE', key, '1'}, {'PTTL', key},
  {'PUBLISH', ARGV[1], 'x'}, {'RPUSH', key, 'x'}, {'SADD', key, 'x'}, {'SET', key, '1'},
  {'SISMEMBER', key, 'x'}, {'TIME'},
}) do
  if not redis.acl_check_cmd(unpack(command)) then table.insert(refused, command[1]) end
end
return refused
`);

/** Throws `unavailable`, naming what the user of the connection may not do. */
export async function assertPermitted(connection: Connection, keys: Keys): Promise<void> {
  const refused = [
    ...((await isRefused(() => connection.subscribe())) ? [`channels &${keys.prefix}*`] : []),
    ...(await refusedCommands(connection, keys)),
  ];
  if (refused.length === 0) return;
  const message = `NOPERM: this user of Redis may not use ${refused.join(', ')}`;
  throw new CoordinationError('unavailable', message);
}

async function refusedCommands(connection: Connection, keys: Keys): Promise<string[]> {
  try {
    const [, ...refused] = await connection.run(PERMITTED, [keys.quiet], [`${keys.channels}x`]);
    return refused.map((name) =>
      name === 'PUBLISH' ? `PUBLISH to &${keys.prefix}*` : String(name),
    );
  } catch (error) {
    if (!isNotPermitted(error)) throw error;
    // The script itself is refused: by its keys, or since scripts are.
    return [/'(\w+)'/.exec((error as Error).message)?.[1] ?? `keys ~${keys.prefix}*`];
  }
}

async function isRefused(command: () => Promise<unknown>): Promise<boolean> {
  try {
    await command();
    return false;
  } catch (error) {
    return isNotPermitted(error);
  }
}

function isNotPermitted(error: unknown): boolean {
  return error instanceof Error && error.message.includes('NOPERM');
}

/**
 * KEYS: server, quiet. ARGV: milliseconds in which no turn begins on a server that is new as the master. It may lack
 * the last writes of the old one, and the replicas that made them may not know yet.
 */
const FOLLOW = script(`
local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local before = redis.call('GET', KEYS[1])
if before == id then return {'ok'} end
redis.call('SET', KEYS[1], id)
if before and redis.call('PTTL', KEYS[2]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
end
return {'ok'}
`);

/**
 * To be called after each connect through Sentinels, before anything else is asked of the server. Rejects with
 * `unavailable`.
 * @param pauseMs after which every turn of another process that began just before is over
 */
export async function pauseAfterFailover(
  connection: Connection,
  keys: Keys,
  pauseMs: number,
): Promise<void> {
  await connection.run(FOLLOW, [keys.server, keys.quiet], [pauseMs]);
}
