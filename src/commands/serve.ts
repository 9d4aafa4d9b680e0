import type { Context } from '../process/context.js';
import type { Clock } from '../base/time.js';
import type { TurnRequest } from '../turn/events.js';
import { takeTurn } from '../turn/turn.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { requireAssistant } from '../settings/resolve.js';
import { AppError } from '../base/errors.js';
import type { TakeTurn } from '../relay/chat/run-turn.js';
import type { Coordination } from '../relay/coordination/coordination.js';
import type { Log } from '../relay/operation/log.js';
import type { Membership } from '../relay/workers/membership.js';
import { keepToOneCore } from '../process/v8-flags.js';
import { openAccount, type Account, type SessionOptions } from '../account/account.js';
import { openRedis } from './serve/redis.js';
import { relaySettings, type RelayFlags, type ServeSettings } from './serve/settings.js';

export type ServeFlags = SessionOptions & RelayFlags;

/** Serves until SIGINT or SIGTERM; then what runs is finished. */
export async function serve(flags: ServeFlags, context: Context): Promise<void> {
  const settings = await relaySettings(flags, context);
  keepToOneCore();
  const { openLog } = await import('../relay/operation/log.js');
  const log = openLog(context.stderr, settings.logLevel, context.clock);
  context.onExit(log.flush);
  const { createPooledTransport } = await import('../api/pooled-transport.js');
  const { uniqueId } = await import('../relay/http/request-ids.js');
  const account = await openAccount(flags, context, {
    notify: (line) => log.info({}, line),
    openTransport: createPooledTransport,
    randomId: uniqueId,
  });
  try {
    requireAssistant(account.settings);
    await serveWith({ settings, context, log, account });
  } finally {
    await account.close();
    log.flush();
  }
  const { reason } = context.signal as { reason: unknown };
  if (reason instanceof AppError && reason.kind !== 'terminated') throw reason;
}

interface Service {
  settings: ServeSettings;
  context: Context;
  log: Log;
  account: Account;
}

/** Serves in this process, alone or as one of several, or watches over those that do. */
async function serveWith(service: Service): Promise<void> {
  const { settings, context, log } = service;
  const { clock, signal, stdout } = context;
  const { workers, metricsPort, host } = settings;
  if (workers === 1) return serveAlone(service);
  const { membership } = await import('../relay/workers/membership.js');
  const member = membership();
  if (member) return serveAsWorker(service, member);
  const { superviseWorkers } = await import('../relay/workers/supervise.js');
  const onListening = (url: string): void => void stdout.write(`relay: ${url}\n`);
  await superviseWorkers({ count: workers, metricsPort, host, clock, log, signal, onListening });
}

async function serveAlone({ settings, context, log, account }: Service): Promise<void> {
  const { clock, signal, stdout } = context;
  const { startRelay } = await import('../relay/relay.js');
  const { inMemory } = await import('../relay/coordination/memory/in-memory.js');
  const { redis } = settings;
  const coordination = redis ? await openRedis(redis, { clock, log }) : inMemory(clock);
  try {
    const relay = await startRelay(settings, meansOf(account, { coordination, clock, log }));
    stdout.write(`relay: ${relay.url}\n`);
    await aborted(signal);
    await relay.drain();
  } finally {
    await coordination.close();
  }
}

async function serveAsWorker(
  { settings, context, log, account }: Service,
  { coordination: ofWorkers, drain, leave }: Membership,
): Promise<void> {
  const { clock, signal } = context;
  const { startRelay } = await import('../relay/relay.js');
  const { redis } = settings;
  // Where there are other machines, each worker is a replica.
  const coordination = redis ? await openRedis(redis, { clock, log }) : ofWorkers;
  const { metricsText } = ofWorkers;
  const means = { ...meansOf(account, { coordination, clock, log }), metricsText };
  try {
    // The primary has the port for metrics.
    const relay = await startRelay({ ...settings, metricsPort: undefined }, means);
    await Promise.race([aborted(signal), aborted(drain)]);
    await relay.drain();
  } finally {
    await coordination.close();
    leave();
  }
}

interface Parts {
  coordination: Coordination;
  clock: Clock;
  log: Log;
}

function meansOf(account: Account, parts: Parts) {
  const turnTimeoutMs = account.settings.timeoutMs.value;
  return { ...parts, turnTimeoutMs, takeTurn: turnsOf(account, parts.coordination) };
}

function turnsOf({ client, settings }: Account, { isShared }: Coordination): TakeTurn {
  const assistantId = requireAssistant(settings);
  const timeoutMs = settings.timeoutMs.value;
  // The last texts of so many callers are hardly ever of one conversation, and keeping them takes time.
  const ours = new TurnMemory({ ofOthers: false });
  return (input, signal) => {
    // What other processes said is not in our memory: then it is good for one turn only.
    const memory = isShared ? new TurnMemory({ ofOthers: false }) : ours;
    // Written out: a spread takes long, thousands of times a second.
    const { conversationId, text, speaker, stream } = input;
    const turn: TurnRequest = { assistantId, conversationId, text, speaker, stream };
    return takeTurn(client, turn, { signal, timeoutMs, memory });
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
