import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/time.js';
import { CoordinationError, ORPHAN_MS, type Coordination } from '../coordination.js';
import type { RedisAddress } from './address.js';
import { Connection } from './connection.js';
import { Keys } from './keys.js';
import { RedisLimits } from './limits.js';
import { Outbox } from './outbox.js';
import type { Means } from './place.js';
import { RedisRecords } from './records.js';
import { LEASE_MS, Session } from './session.js';
import { RedisTurnOrder } from './turn-order.js';

export interface RedisOptions {
  address: RedisAddress;
  /** Before the name of everything that is kept. Those who share it, share all. */
  prefix: string;
  clock: Pick<Clock, 'monotonic'>;
  /** Told why nothing can be agreed on, once, and with nothing when it can again. */
  onChange?: ((problem?: string) => void) | undefined;
  leaseMs?: number;
  orphanMs?: number;
}

export interface InRedis extends Coordination {
  /** Resolves when the first try to connect has succeeded; rejects with `unavailable`. It tries on. */
  open(): Promise<void>;
}

/** What all processes know that share one Redis or Valkey (6 or later). */
export function inRedis(options: RedisOptions): InRedis {
  const { connection, session, outbox, turns, records, limits } = partsOf(options);
  return {
    isShared: true,
    ...{ turns, records, limits },
    check: () => check(session),
    async open() {
      await connection.open();
      await session.renew();
    },
    async close() {
      await outbox.flush();
      await session.close();
      connection.close();
    },
  };
}

function partsOf({ address, prefix, clock, onChange, ...times }: RedisOptions) {
  const { leaseMs = LEASE_MS, orphanMs = ORPHAN_MS } = times;
  const keys = new Keys(prefix);
  const outbox = new Outbox();
  const instance = randomBytes(9).toString('base64url');
  const connection: Connection = new Connection(address, keys.channels + instance, {
    onReady() {
      onChange?.();
      void session.renew().then(() => turns.lookAll(), pass);
    },
    onTrouble: (problem) => onChange?.(problem),
    onMessage: (ticket) => turns.wake(ticket),
  });
  const session: Session = new Session({
    ...{ connection, keys, clock, instance, leaseMs, orphanMs },
    onRenewed: () => void outbox.flush(),
    onOpened(tenure) {
      records.reopen(tenure);
      void outbox.flush();
    },
  });
  const means: Means = { connection, session, outbox, keys, orphanMs };
  const turns = new RedisTurnOrder(means);
  const records = new RedisRecords(means);
  return { ...means, turns, records, limits: new RedisLimits(means) };
}

async function check(session: Session): Promise<void> {
  const quietMs = await session.renew();
  if (quietMs > 0) {
    throw new CoordinationError('unavailable', `no turns for ${Math.ceil(quietMs / 1000)} s yet`);
  }
}

function pass(): void {
  // It is tried again.
}
