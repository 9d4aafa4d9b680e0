// Loaded late: ioredis is for `serve --redis` alone.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/time.js';
import {
  CoordinationError,
  ORPHAN_MS,
  type Coordination,
  type RateLimits,
} from '../coordination.js';
import type { RedisAddress } from './address.js';
import { Connection, PendingCommands } from './connection.js';
import type { RedisTls } from './certificates.js';
import { pauseAfterFailover, assertPermitted } from './server-checks.js';
import { RedisRecords } from './records.js';
import { keysWith, NOW, script } from './scripts.js';
import { LEASE_MS, Session } from './session.js';
import { type RedisContext, RedisTurnOrder } from './turn-order.js';

const MINUTE_MICROS = 60_000_000;

/**
 * KEYS: limit. ARGV: cost of one request in microseconds, burst. Stores the time at which the allowance is
 * full again (generic cell rate algorithm), in microseconds. Gives {'ok', microseconds to wait}.
 */
const TAKE = script(`${NOW}
local micros = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local fullAt = math.max(micros, tonumber(redis.call('GET', KEYS[1]) or '0')) + cost
local wait = fullAt - micros - ARGV[2] * cost
if wait > 1 then return {'ok', math.ceil(wait)} end
redis.call('SET', KEYS[1], whole(fullAt), 'PX', whole(math.ceil((fullAt - micros) / 1000)))
return {'ok', 0}
`);

export interface RedisOptions {
  address: RedisAddress;
  tls?: RedisTls | undefined;
  /** Prefix of all keys. Processes with the same prefix coordinate with each other. */
  prefix: string;
  clock: Pick<Clock, 'monotonic'>;
  /** Called with the problem when Redis becomes unavailable or the problem changes, and without one when it is back. */
  onChange?: ((problem?: string) => void) | undefined;
  leaseMs?: number;
  orphanMs?: number;
}

export interface InRedis extends Coordination {
  readonly turns: RedisTurnOrder;
  /** Connects. Rejects with `unavailable` when the first try fails; further tries follow all the same. */
  open(): Promise<void>;
  /** Whether the server keeps its data on disk; undefined when it does not tell. */
  keepsData(): Promise<boolean | undefined>;
  /** For the next connections to Redis. */
  useTls(tls: RedisTls): void;
}

/** Coordination among all processes that share one Redis or Valkey (6 or later). */
export function inRedis(options: RedisOptions): InRedis {
  const { connection, session, pending, keys, turns, records, limits, followMaster } =
    connected(options);
  return {
    isShared: true,
    turns,
    records,
    limits,
    isUp: () => connection.isUp,
    keepsData: () => connection.keepsData(),
    useTls: (tls) => connection.useTls(tls),
    check: () => assertTurnsMayBegin(session),
    async open() {
      await connection.open();
      await assertPermitted(connection, keys);
      await followMaster();
      await session.renew();
    },
    async close() {
      await pending.flush();
      await session.close();
      connection.close();
    },
  };
}

function connected({ address, tls = {}, prefix, clock, ...options }: RedisOptions) {
  const { leaseMs = LEASE_MS, orphanMs = ORPHAN_MS, onChange = () => undefined } = options;
  const keys = keysWith(prefix);
  const pending = new PendingCommands();
  const instance = randomBytes(9).toString('base64url');
  const connection: Connection = new Connection({
    address,
    tls,
    channel: keys.channels + instance,
    onReady() {
      onChange();
      // Commands reach the server in this order.
      followMaster().catch(() => undefined);
      // A renewal that fails is repeated by the session's own timer.
      void session.renew().then(
        () => turns.checkAll(),
        () => undefined,
      );
    },
    onTrouble: onChange,
    onMessage: (ticket) => turns.wake(ticket),
  });
  const followMaster = async (): Promise<void> => {
    if (address.sentinel) await pauseAfterFailover(connection, keys, leaseMs + orphanMs);
  };
  const session: Session = new Session({
    connection,
    keys,
    clock,
    instance,
    leaseMs,
    orphanMs,
    onOpened: (epoch) => records.reopen(epoch),
    onRenewed: () => void pending.flush(),
    onLost: (reason) => turns.stopAll(reason),
  });
  const context: RedisContext = { connection, session, pending, keys, orphanMs };
  const turns = new RedisTurnOrder(context);
  const records = new RedisRecords(context);
  return { ...context, turns, records, limits: rateLimits(context), followMaster };
}

async function assertTurnsMayBegin(session: Session): Promise<void> {
  const quietMs = await session.renew();
  if (quietMs > 0) {
    throw new CoordinationError('unavailable', `no turns for ${Math.ceil(quietMs / 1000)} s yet`);
  }
}

/** Rate limits that all replicas share. */
function rateLimits({ connection, keys }: RedisContext): RateLimits {
  return {
    async take(caller, { perMinute, burst }) {
      const args = [MINUTE_MICROS / perMinute, burst];
      const [, micros] = await connection.run(TAKE, [keys.limit(caller)], args);
      return Number(micros) / 1000;
    },
  };
}
