import type { Context } from '../context.js';
import { takeTurn } from '../core/delivery/turn.js';
import { TurnMemory } from '../core/delivery/turn-memory.js';
import { requireAssistant } from '../core/required-settings.js';
import { AppError } from '../errors.js';
import { openAccount, type Account, type SessionOptions } from '../session.js';
import { relaySettings, type RelayFlags, type RelaySettings } from './serve/settings.js';

export type ServeFlags = SessionOptions & RelayFlags;

/** Serves until SIGINT or SIGTERM; then what runs is finished. */
export async function serve(flags: ServeFlags, context: Context): Promise<void> {
  const settings = await relaySettings(flags, context);
  const account = await openAccount(flags, context);
  try {
    const { startRelay } = await import('../relay/server.js');
    const { inMemory } = await import('../relay/coordination/memory/in-memory.js');
    const { tokenCheck } = await import('../relay/exposure/bearer-tokens.js');
    const relay = await startRelay({
      ...settings,
      takeTurn: turnsOf(account),
      coordination: inMemory(context.clock),
      turnTimeoutMs: account.settings.timeoutMs.value,
      page: flags.ui ? await pageFor(settings) : undefined,
      tokens: settings.tokens.length === 0 ? undefined : tokenCheck(settings.tokens),
      clock: context.clock,
      onAnswered: () => undefined,
    });
    context.stdout.write(`relay: ${relay.url}\n`);
    await aborted(context.signal);
    await relay.drain();
  } finally {
    await account.close();
  }
  const { reason } = context.signal as { reason: unknown };
  if (reason instanceof AppError && reason.kind !== 'terminated') throw reason;
}

async function pageFor({ tokens }: RelaySettings) {
  const { makePage } = await import('../relay/ui/page.js');
  return makePage(tokens.length > 0);
}

function turnsOf({ client, settings }: Account) {
  const assistantId = requireAssistant(settings);
  const timeoutMs = settings.timeoutMs.value;
  const memory = new TurnMemory();
  return (input: Omit<Parameters<typeof takeTurn>[1], 'assistantId'>, signal: AbortSignal) =>
    takeTurn(client, { ...input, assistantId }, { signal, timeoutMs, memory });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
