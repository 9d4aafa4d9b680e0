import type { Context } from '../process/context.js';
import { AppError } from '../base/errors.js';
import { write } from '../process/write.js';

const MAX_SEED = 2 ** 32 - 1;

export interface SandboxFlags {
  port: string;
  latency: string;
  fault?: string[];
  seed?: string;
  listFaults?: boolean;
}

/** Serves until SIGINT or SIGTERM, or lists what can go wrong. */
export async function sandbox(flags: SandboxFlags, context: Context): Promise<void> {
  if (flags.listFaults) return listFaults(context);
  const port = whole('--port', flags.port, 65_535);
  const latencyMs = whole('--latency', flags.latency, 600_000);
  const faultSettings = faultsOf(flags, context);
  const { startSandbox } = await import('../sandbox/server.js');
  const { clock, randomId, signal, stdout } = context;
  const server = await startSandbox({ port, latencyMs, clock, randomId, faultSettings });
  stdout.write(
    [
      `sandbox: ${server.url}`,
      `  export TELNYX_BASE_URL=${server.url}`,
      '  export TELNYX_API_KEY=KEY-sandbox',
      `  export TELNYX_ASSISTANT_ID=${server.assistantId}`,
      ...(flags.fault === undefined
        ? []
        : [`faults: ${flags.fault.join(' ')} (--seed ${faultSettings.seed})`]),
      '',
    ].join('\n'),
  );
  await aborted(signal);
  await server.close();
  throw signal.reason;
}

async function listFaults({ stdout }: Context): Promise<void> {
  const { describeKinds } = await import('../sandbox/faults/kinds.js');
  await write(stdout, `${describeKinds().join('\n')}\n`);
}

/** Without a seed there is another one each time. */
function faultsOf({ fault, seed }: SandboxFlags, { randomId }: Context) {
  const drawn = Number.parseInt(randomId().slice(0, 8), 16) >>> 0;
  return { rules: fault ?? [], seed: seed === undefined ? drawn : whole('--seed', seed, MAX_SEED) };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new AppError('usage', `bad ${flag} ${JSON.stringify(text)}`, {
    hint: `give a whole number from 0 to ${most}`,
  });
}
