import type { Command } from 'commander';
import type { Context } from '../context.js';
import { AppError } from '../errors.js';
import { withVersion } from './options.js';

interface SandboxFlags {
  port: string;
  latency: string;
}

export function registerSandbox(program: Command, context: Context): void {
  withVersion(program.command('sandbox'))
    .summary('serve the Telnyx API locally, for trying and testing')
    .description(
      'Serves the Telnyx assistants and conversations API on this machine. Its assistant is a small script; any key that begins with KEY is accepted.',
    )
    .option('--port <number>', 'port to listen on', '4010')
    .option('--latency <ms>', 'wait before each reply', '0')
    .action((flags: SandboxFlags) => sandbox(flags, context));
}

/** Serves until SIGINT or SIGTERM. */
async function sandbox(flags: SandboxFlags, context: Context): Promise<void> {
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
