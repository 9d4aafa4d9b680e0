import { AppError, type ErrorDetails } from '../base/errors.js';
import type { CallOptions } from '../base/time.js';
import type { Conversation } from './conversation.js';
import { NAME_KEY } from './names.js';

/** The API calls that change a conversation. */
export interface UpdateApi {
  getConversation(id: string, options: CallOptions): Promise<Conversation>;
  /** Replaces the whole metadata. */
  updateConversation(
    id: string,
    metadata: Record<string, string>,
    options: CallOptions,
  ): Promise<Conversation>;
}

/** Whether a person has taken the conversation over: the assistant is silent then. */
export function isTakenOver({ metadata }: Pick<Conversation, 'metadata'>): boolean {
  return metadata['ai_disabled'] === 'true';
}

/** Silences the assistant, or lets it answer again. `'false'` works whether or not an update merges. */
export function setTakenOver(
  api: UpdateApi,
  { id, on }: { id: string; on: boolean },
  call: CallOptions,
): Promise<Conversation> {
  return updateMetadata(api, { id, metadata: { ai_disabled: String(on) } }, call);
}

export function rename(
  api: UpdateApi,
  { id, name }: { id: string; name: string },
  call: CallOptions,
): Promise<Conversation> {
  return updateMetadata(api, { id, metadata: { [NAME_KEY]: name } }, call);
}

/** Sends the whole metadata: Telnyx does not document whether an update merges. */
async function updateMetadata(
  api: UpdateApi,
  { id, metadata }: { id: string; metadata: Record<string, string> },
  call: CallOptions,
): Promise<Conversation> {
  const conversation = await api.getConversation(id, call);
  return api.updateConversation(id, { ...conversation.metadata, ...metadata }, call);
}

/** The refusal of a turn in a conversation that a person has taken over. */
export function aiDisabled(details: ErrorDetails): AppError {
  return new AppError(
    'ai_disabled',
    'AI is disabled on this conversation: a person has taken it over',
    {
      ...details,
      hint: 'telnyx-chat conversations release lets the assistant answer again; conversations say adds a message from a person',
    },
  );
}

/** The failure of `say` when the message may have been added; `look` is the command that shows it. */
export function lostMessage(error: unknown, look: string): unknown {
  if (!(error instanceof AppError) || error.details.delivery !== 'unknown') return error;
  const hint = `it may have been added: check with ${look} before sending it again`;
  return error.but({ hint, wasRepeatable: true });
}
