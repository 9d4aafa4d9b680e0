import { AppError } from '../errors.js';
import type { Settings, Values } from './settings.js';

export function requireKey({ apiKey }: Settings): string {
  if (apiKey) return apiKey.value;
  throw new AppError('not_configured', 'TELNYX_API_KEY is required', {
    hint: 'set it in the environment or a .env file, or try without an account: --sandbox',
  });
}

const OTHER_NAMES = ['AI_ASSISTANT_ID', 'TELNYX_AI_ASSISTANT_ID'];

/** `env` is looked at for names that other Telnyx examples use. */
export function requireAssistant({ assistantId }: Settings, env: Values): string {
  if (assistantId) return assistantId.value;
  const other = OTHER_NAMES.find((name) => env[name]);
  const hint = other
    ? `${other} is set, but the name here is TELNYX_ASSISTANT_ID`
    : 'give --assistant <id>, or set it in the environment or a .env file';
  throw new AppError('not_configured', 'TELNYX_ASSISTANT_ID is required', { hint });
}
