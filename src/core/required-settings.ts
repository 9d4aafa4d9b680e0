import { AppError } from '../errors.js';
import type { Settings } from './settings.js';

export function requireKey({ apiKey }: Settings): string {
  if (apiKey) return apiKey.value;
  throw missingKey();
}

export function missingKey(): AppError {
  return new AppError('not_configured', 'TELNYX_API_KEY is required', {
    hint: 'telnyx-chat login stores one, or set it in the environment or a .env file; without an account: --sandbox',
  });
}

export function requireAssistant({ assistantId, otherAssistantName }: Settings): string {
  if (assistantId) return assistantId.value;
  const hint = otherAssistantName
    ? `${otherAssistantName} is set, but the name here is TELNYX_ASSISTANT_ID`
    : 'telnyx-chat assistants list shows those of the account, and assistants use <id> stores one; or give --assistant <id>, or set it in the environment or a .env file';
  throw new AppError('not_configured', 'TELNYX_ASSISTANT_ID is required', { hint });
}
