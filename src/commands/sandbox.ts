import type { Context } from '../context.js';
import { AppError } from '../errors.js';

export interface SandboxFlags {
  port: string;
  latency: string;
}

/** Serves until SIGINT or SIGTERM. */
export async function sandbox(flags: SandboxFlags, context: Context): Promise<void> {
  const port = whole('--port', flags.port, 65_535);
  const latencyMs = whole('--latency', flags.latency, 600_000);
  const { startSandbox } = await import('../sandbox/server.js');
  const { clock, randomId, signal, stdout } = context;
  const server = await startSandbox({ port, latencyMs, clock, randomId });
  stdout.write(
    [
      `sandbox: ${server.url}`,
      `  export TELNYX_BASE_URL=${server.url}`,
      '  export TELNYX_API_KEY=KEY-sandbox',
      `  export TELNYX_ASSISTANT_ID=${server.assistantId}`,
      '',
    ].join('\n'),
  );
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await server.close();
  throw signal.reason;
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new AppError('usage', `bad ${flag} ${JSON.stringify(text)}`, {
    hint: `give a whole number from 0 to ${most}`,
  });
}
