import type { Context } from '../process/context.js';
import { takeTurn, type TurnInput } from '../turn/turn.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { requireAssistant } from '../settings/resolve.js';
import { AppError } from '../base/errors.js';
import type { TakeTurn } from '../relay/relay-state.js';
import type { Coordination } from '../relay/coordination/coordination.js';
import type { Log } from '../relay/operation/log.js';
import { keepToOneCore } from '../process/v8-flags.js';
import { openAccount, type Account, type SessionOptions } from '../account/account.js';
import { openRedis } from './serve/redis.js';
import { relaySettings, type RelayFlags, type ServeSettings } from './serve/settings.js';

export type ServeFlags = SessionOptions & RelayFlags;

/** Serves until SIGINT or SIGTERM, and then finishes the turns that run. */
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
    await serveUntilStopped({ settings, context, log, account });
  } finally {
    await account.close();
    log.flush();
  }
  const { reason } = context.signal as { reason: unknown };
  if (reason instanceof AppError && reason.kind !== 'terminated') throw reason;
}

interface ServeOptions {
  settings: ServeSettings;
  context: Context;
  log: Log;
  account: Account;
}

async function serveUntilStopped(options: ServeOptions): Promise<void> {
  const { settings, context, log, account } = options;
  const { clock, signal, stdout } = context;
  const { startRelay } = await import('../relay/relay.js');
  const { inMemory } = await import('../relay/coordination/memory/in-memory.js');
  const { redis } = settings;
  const coordination = redis ? await openRedis(redis, { clock, log }) : inMemory(clock);
  const takeTurn = turnsOf(account, coordination);
  const turnTimeoutMs = account.settings.timeoutMs.value;
  try {
    const services = { takeTurn, turnTimeoutMs, coordination, clock, log };
    const relay = await startRelay(settings, services);
    stdout.write(`relay: ${relay.url}\n`);
    await aborted(signal);
    await relay.drain();
  } finally {
    await coordination.close();
  }
}

function turnsOf({ client, settings }: Account, { isShared }: Coordination): TakeTurn {
  const assistantId = requireAssistant(settings);
  const timeoutMs = settings.timeoutMs.value;
  // With many callers, remembering texts of other conversations costs time and finds almost nothing.
  const own = new TurnMemory({ ofOthers: false });
  return (input, signal) => {
    // A replica does not know what others have said, so its memory must not outlast one turn.
    const memory = isShared ? new TurnMemory({ ofOthers: false }) : own;
    // Without a spread, which is slow at thousands of turns a second.
    const { conversationId, text, speaker, stream } = input;
    const turn: TurnInput = { assistantId, conversationId, text, speaker, stream };
    return takeTurn(client, turn, { signal, timeoutMs, memory });
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
