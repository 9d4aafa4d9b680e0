import { aborted } from '../base/time.js';
import { oneLine } from '../base/text/sanitize.js';
import { defineCommand } from '../command-line/command.js';
import { count, texts, toggle } from '../command-line/flag.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';
import type { Script } from '../sandbox/scripted-assistant.js';
import { proseOn } from './options/output.js';

const MAX_SEED = 2 ** 32 - 1;

const SERVER = {
  port: count('--port <number>', 'port to listen on', { max: 65_535, default: 4010 }),
  latencyMs: count('--latency <ms>', 'wait before each reply', { max: 600_000, default: 0 }),
  faults: texts(
    '--fault <kind:often>',
    'make requests fail: [operation/]kind[@number]:share, or :3x for the first 3 (repeatable)',
    { completes: 'fault-kinds' },
  ),
  scripts: texts(
    '--script <file.chat>',
    'answer as recorded in this file, instead of the built-in assistant (repeatable)',
    { completes: 'files' },
  ),
  seed: count('--seed <number>', 'fail the same requests as the last run with this number', {
    max: MAX_SEED,
  }),
  isListing: toggle('--list-faults', 'print the kinds of faults'),
};

/** Serves until SIGINT or SIGTERM, or lists what can go wrong. */
export const sandbox = defineCommand({
  description:
    'Serves the Telnyx assistants and conversations API on this machine. Its assistant is a small script; any key that begins with KEY is accepted.',
  flags: {
    server: SERVER,
  },
  async run({ server: { isListing, port, latencyMs, faults, scripts, seed } }, context) {
    if (isListing) return listFaults(context);
    const { clock, randomId, signal, stdout } = context;
    const faultSettings = { rules: faults, seed: seed ?? randomSeed(context) };
    const script = await scriptIn(scripts, context);
    const { startSandbox } = await import('../sandbox/server.js');
    const server = await startSandbox({ port, latencyMs, clock, randomId, faultSettings, script });
    const lines = [
      `sandbox: ${server.url}`,
      `  export TELNYX_BASE_URL=${server.url}`,
      '  export TELNYX_API_KEY=KEY-sandbox',
      `  export TELNYX_ASSISTANT_ID=${server.assistantId}`,
      ...(faults.length === 0
        ? []
        : [`faults: ${faults.join(' ')} (--seed ${faultSettings.seed})`]),
      ...(scripts.length === 0 ? [] : [`script: ${oneLine(scripts.join(' '))}`]),
      '',
    ];
    try {
      await write(stdout, lines.join('\n'));
      await aborted(signal);
    } finally {
      await server.close();
    }
    throw signal.reason;
  },
});

async function scriptIn(files: readonly string[], context: Context): Promise<Script | undefined> {
  if (files.length === 0) return undefined;
  const { readChatFile, scriptOf } = await import('./options/chat-files.js');
  return scriptOf(files.map((file) => readChatFile(file, context)));
}

async function listFaults(context: Context): Promise<void> {
  const { describeKinds } = await import('../sandbox/faults/grammar.js');
  const prose = await proseOn(context.stdout, {}, context);
  await write(context.stdout, `${prose(describeKinds().join('\n'))}\n`);
}

function randomSeed({ randomId }: Context): number {
  return Number.parseInt(randomId().slice(0, 8), 16) >>> 0;
}
