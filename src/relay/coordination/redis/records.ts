import {
  CoordinationError,
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
} from '../coordination.js';
import { COUNT_OUTSIDE, GIVEN_UP, IN_SESSION, script } from './scripts.js';
import type { SessionEpoch } from './session.js';
import type { RedisContext } from './turn-order.js';

/**
 * A record is a hash with the fingerprint of the request's body in `print`. While it is open it has the
 * `token` and `session` of its owner, and `started` once its request runs; then the `status` and `body` of its answer.
 */

/** KEYS: session, quiet, record. ARGV: count, print, token, session id, sessions, keep. */
const CLAIM = script(`${IN_SESSION}${GIVEN_UP}
if quietMs() > 0 then return {'quiet', count} end
if isGivenUp(KEYS[3], ARGV[3]) then return {'in_flight', count} end
local function open()
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[3], 'print', ARGV[2], 'token', ARGV[3], 'session', ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  return {'fresh', count}
end
local print, session, started, status, body =
  unpack(redis.call('HMGET', KEYS[3], 'print', 'session', 'started', 'status', 'body'))
if not print then return open() end
local alive = session and tonumber(redis.call('HGET', ARGV[5] .. session, 'ends') or '0') > now
if not status and not alive and not started then return open() end
if print ~= ARGV[2] then return {'mismatch', count} end
if status then return {'answered', count, tonumber(status), body} end
return {alive and 'in_flight' or 'abandoned', count}
`);

/** KEYS: session, quiet, record. ARGV: count, token. */
const BEGIN = script(`${IN_SESSION}
if redis.call('HGET', KEYS[3], 'token') ~= ARGV[2] then return {'gone', count} end
redis.call('HSET', KEYS[3], 'started', '1')
return {'ok', count}
`);

/**
 * Moves a record to the new session after the old one was lost, unless another owner has the key.
 * KEYS: session, quiet, record. ARGV: count, print, token, session id, '1' once started or '', keep.
 */
const REOPEN = script(`${IN_SESSION}${GIVEN_UP}
if isGivenUp(KEYS[3], ARGV[3]) then return {'gone', count} end
local token = redis.call('HGET', KEYS[3], 'token')
if redis.call('EXISTS', KEYS[3]) == 1 and token ~= ARGV[3] then return {'gone', count} end
redis.call('HSET', KEYS[3], 'print', ARGV[2], 'token', ARGV[3], 'session', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[3], 'started', '1') end
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return {'ok', count}
`);

/** KEYS: record, session. ARGV: token, print, status, body, keep, count. Idempotent. */
const STORE = script(`${COUNT_OUTSIDE}
local count = countOutside()
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return {'gone', count}
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'print', ARGV[2], 'status', ARGV[3], 'body', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {'ok', count}
`);

/** KEYS: record, session. ARGV: token, count. Idempotent. */
const RELEASE = script(`${GIVEN_UP}${COUNT_OUTSIDE}
local count = countOutside()
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
  redis.call('DEL', KEYS[1])
else
  giveUp(KEYS[1], ARGV[1])
end
return {'ok', count}
`);

/** A key that this process has claimed. */
interface ClaimedKey {
  name: string;
  fingerprint: string;
  token: string;
  hasStarted: boolean;
}

/** Idempotency records in Redis. An open one belongs to the session of its process. */
export class RedisRecords implements IdempotencyRecords {
  readonly #context: RedisContext;
  readonly #claimed = new Set<ClaimedKey>();

  constructor(context: RedisContext) {
    this.#context = context;
  }

  async claim({ scope, key, fingerprint }: RecordKey): Promise<Claim> {
    const { session, keys, pending } = this.#context;
    const epoch = session.current();
    const token = epoch.nextTicket();
    const claimed = { name: keys.record(scope, key), fingerprint, token, hasStarted: false };
    const args = [fingerprint, token, epoch.id, keys.sessions, RECORD_MS];
    try {
      const [status, , code, body] = await session.run(epoch, CLAIM, claimed.name, args);
      if (status === 'fresh') return { type: 'fresh', record: this.#recordOf(claimed) };
      if (status !== 'answered') return { type: status as 'in_flight' | 'mismatch' | 'abandoned' };
      return { type: 'answered', answer: { status: Number(code), body: String(body) } };
    } catch (error) {
      // The claim may have succeeded although its answer was lost.
      void pending.send(this.#releasing(claimed));
      throw error;
    }
  }

  /** Moves the open records to the new session. */
  reopen(epoch: SessionEpoch): void {
    for (const { name, fingerprint, token, hasStarted } of this.#claimed) {
      const args = [fingerprint, token, epoch.id, hasStarted ? '1' : '', RECORD_MS];
      this.#context.session.run(epoch, REOPEN, name, args).catch(() => undefined);
    }
  }

  #recordOf(claimed: ClaimedKey): OpenRecord {
    this.#claimed.add(claimed);
    return {
      begin: () => this.#begin(claimed),
      store: ({ status, body }) => {
        const args = [claimed.token, claimed.fingerprint, status, body, RECORD_MS];
        const { session } = this.#context;
        return this.#settle(claimed, () => session.runOutside(STORE, [claimed.name], args));
      },
      release: () => this.#settle(claimed, this.#releasing(claimed)),
    };
  }

  async #begin(claimed: ClaimedKey): Promise<void> {
    const { session } = this.#context;
    const [status] = await session.run(session.current(), BEGIN, claimed.name, [claimed.token]);
    if (status !== 'ok') throw new CoordinationError('unavailable', 'another one has the key');
    claimed.hasStarted = true;
  }

  #settle(claimed: ClaimedKey, command: () => Promise<unknown>): Promise<void> {
    const isOpen = this.#claimed.delete(claimed);
    return isOpen ? this.#context.pending.send(command) : Promise.resolve();
  }

  #releasing({ name, token }: ClaimedKey): () => Promise<unknown> {
    return () => this.#context.session.runOutside(RELEASE, [name], [token]);
  }
}
