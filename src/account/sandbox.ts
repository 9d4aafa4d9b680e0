// Loaded late: only `--sandbox` needs it.
import type { Context } from '../process/context.js';
import { startSandbox } from '../sandbox/server.js';
import { resolveSettings } from '../settings/resolve.js';
import type { Setting, Settings } from '../settings/settings.js';
import { readableConfig, type Target } from './sources.js';

const ORIGIN = { source: 'flag', detail: '--sandbox' } as const;

/** A sandbox inside this process, with the settings that reach it, whatever account is configured. */
export async function openSandbox(
  target: Target,
  context: Context,
): Promise<{ settings: Settings; close: () => Promise<void> }> {
  // Bad flags throw before there is a server that would keep the process alive.
  const { clock, randomId } = context;
  const settings = sandboxSettings(target, context);
  const sandbox = await startSandbox({ clock, randomId, faultSettings: target.faults });
  const ours = (value: string): Setting<string> => ({ value, origin: ORIGIN });
  settings.baseUrl = ours(sandbox.url);
  settings.apiKey = ours('KEY-sandbox');
  settings.assistantId ??= ours(sandbox.assistantId);
  return { settings, close: () => sandbox.close() };
}

function sandboxSettings(target: Target, context: Context): Settings {
  const { TELNYX_CHAT_TIMEOUT, TELNYX_CHAT_HISTORY, TELNYX_CHAT_STREAM } = context.env;
  return resolveSettings({
    flags: { ...target, baseUrl: 'http://127.0.0.1', persist: false },
    env: { TELNYX_CHAT_TIMEOUT, TELNYX_CHAT_HISTORY, TELNYX_CHAT_STREAM },
    // It uses nothing of the account, but the person decides what is kept here: nothing, with a damaged config.
    config: {
      ...readableConfig(context, { history: false }),
      // Any profile exists, and is empty.
      profiles: { [target.profile ?? 'default']: {} },
    },
  });
}
