// Loaded late: ioredis is for `serve --redis` alone.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/time.js';
import { CoordinationError, ORPHAN_MS, type Coordination } from '../coordination.js';
import type { RedisAddress } from './address.js';
import { Connection, PendingCommands } from './connection.js';
import { Keys } from './keys.js';
import { assertPermitted } from './permissions.js';
import { type RedisContext, RedisTurnOrder } from './turn-order.js';
import { RedisRateLimits } from './rate-limits.js';
import { RedisRecords } from './records.js';
import { LEASE_MS, Session } from './session.js';

export interface RedisOptions {
  address: RedisAddress;
  /** Prefix of all keys. Processes with the same prefix coordinate with each other. */
  prefix: string;
  clock: Pick<Clock, 'monotonic'>;
  /** Called once with the problem when Redis becomes unavailable, and without one when it is back. */
  onChange?: ((problem?: string) => void) | undefined;
  leaseMs?: number;
  orphanMs?: number;
}

export interface InRedis extends Coordination {
  /** Connects. Rejects with `unavailable` when the first try fails; further tries follow all the same. */
  open(): Promise<void>;
}

/** Coordination among all processes that share one Redis or Valkey (6 or later). */
export function inRedis(options: RedisOptions): InRedis {
  const { connection, session, pending, keys, turns, records, limits } = connected(options);
  return {
    isShared: true,
    turns,
    records,
    limits,
    check: () => assertTurnsMayBegin(session),
    async open() {
      await connection.open();
      await assertPermitted(connection, keys);
      await session.renew();
    },
    async close() {
      await pending.flush();
      await session.close();
      connection.close();
    },
  };
}

function connected({ address, prefix, clock, onChange, ...times }: RedisOptions) {
  const { leaseMs = LEASE_MS, orphanMs = ORPHAN_MS } = times;
  const keys = new Keys(prefix);
  const pending = new PendingCommands();
  const instance = randomBytes(9).toString('base64url');
  const connection: Connection = new Connection(address, keys.channels + instance, {
    onReady() {
      onChange?.();
      // A renewal that fails is repeated by the session's own timer.
      void session.renew().then(
        () => turns.checkAll(),
        () => undefined,
      );
    },
    onTrouble: (problem) => onChange?.(problem),
    onMessage: (ticket) => turns.wake(ticket),
  });
  const session: Session = new Session({
    connection,
    keys,
    clock,
    instance,
    leaseMs,
    orphanMs,
    onRenewed: () => void pending.flush(),
    onOpened(epoch) {
      records.reopen(epoch);
      void pending.flush();
    },
  });
  const context: RedisContext = { connection, session, pending, keys, orphanMs };
  const turns = new RedisTurnOrder(context);
  const records = new RedisRecords(context);
  return { ...context, turns, records, limits: new RedisRateLimits(context) };
}

async function assertTurnsMayBegin(session: Session): Promise<void> {
  const quietMs = await session.renew();
  if (quietMs > 0) {
    throw new CoordinationError('unavailable', `no turns for ${Math.ceil(quietMs / 1000)} s yet`);
  }
}
