import { start } from '../sandbox/start.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';

/** A sandbox as somebody's account: it, and the environment to reach it. */
export async function account(
  options: Partial<SandboxOptions> = {},
): Promise<{ sandbox: Sandbox; env: Record<string, string> }> {
  const sandbox = await start(options);
  return { sandbox, env: accountEnv(sandbox.url, sandbox.assistantId) };
}

export function accountEnv(baseUrl: string, assistantId = 'assistant-1'): Record<string, string> {
  return {
    TELNYX_API_KEY: 'KEY-test',
    TELNYX_ASSISTANT_ID: assistantId,
    TELNYX_BASE_URL: baseUrl,
  };
}
