import { onTestFinished } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';
import { start } from '../sandbox/start.js';
import { realClock } from './real-clock.js';
import { runCli, type CliOptions, type CliResult } from './run-cli.js';

export interface RunningRelay {
  url: string;
  /** Ends it as SIGTERM does, and gives what the command left. */
  stop(): Promise<CliResult>;
}

/** `telnyx-chat serve` on a free port, unless PORT is given, in this process; stopped when the test ends. */
export async function serve(
  argv: string[],
  { env = {}, ...options }: CliOptions = {},
): Promise<RunningRelay> {
  const stopping = new AbortController();
  let tell: (url: string) => void = () => undefined;
  const listening = new Promise<string>((resolve) => void (tell = resolve));
  const onStdout = (text: string): void => {
    const [, url] = /^relay: (\S+)\n/.exec(text) ?? [];
    if (url !== undefined) tell(url);
  };
  const clock = realClock();
  const ended = runCli(['serve', ...argv], {
    clock,
    ...options,
    env: { PORT: '0', ...env },
    signal: stopping.signal,
    onStdout,
  });
  const stop = (): Promise<CliResult> => {
    stopping.abort(new AppError('terminated', 'terminated'));
    return ended;
  };
  onTestFinished(async () => {
    // Nobody is left who might ask anything while it ends.
    clock.speedUp(10);
    await stop();
  });
  const url = await Promise.race([listening, ended.then(failedToStart)]);
  return { url, stop };
}

function failedToStart({ stderr }: CliResult): never {
  throw new Error(`serve ended: ${stderr}`);
}

/** Settings of a relay before a server that speaks the API. */
export function upstream(baseUrl: string, assistantId = 'assistant-1'): Record<string, string> {
  return {
    TELNYX_API_KEY: 'KEY-secret-0123456789',
    TELNYX_ASSISTANT_ID: assistantId,
    TELNYX_BASE_URL: baseUrl,
  };
}

/** A relay before a sandbox of the test's own. */
export async function serveSandbox(
  argv: string[] = [],
  { env, ...options }: CliOptions & { sandbox?: Partial<SandboxOptions> } = {},
): Promise<RunningRelay & { sandbox: Sandbox }> {
  const sandbox = await start({ clock: realClock(), ...options.sandbox });
  const settings = upstream(sandbox.url, sandbox.assistantId);
  const relay = await serve(argv, { ...options, env: { ...settings, ...env } });
  return { ...relay, sandbox };
}

export interface Posted {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** `POST /chat`; an object as the body is sent as JSON, text as it is. */
export async function post(
  { url }: { url: string },
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Posted> {
  const response = await fetch(`${url}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** The events of a stream, their data read as JSON. */
export function eventsIn(text: string): [name: string, data: unknown][] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return [name, JSON.parse(data)];
    });
}
