import { AppError, type ErrorDetails } from '../base/errors.js';
import type { CallOptions } from '../base/time.js';
import type { Conversation } from './conversation.js';
import { NAME_KEY } from './names.js';

/** What changing a conversation needs of the API. */
export interface ChangingApi {
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

/** Silences the assistant, or lets it answer again; `false` works whether or not an update merges. */
export function setTakenOver(
  api: ChangingApi,
  { id, on }: { id: string; on: boolean },
  call: CallOptions,
): Promise<Conversation> {
  return change(api, { id, metadata: { ai_disabled: String(on) } }, call);
}

export function rename(
  api: ChangingApi,
  { id, name }: { id: string; name: string },
  call: CallOptions,
): Promise<Conversation> {
  return change(api, { id, metadata: { [NAME_KEY]: name } }, call);
}

/** The whole metadata is sent, as Telnyx does not say whether an update merges. */
async function change(
  api: ChangingApi,
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
      hint: 'telnyx-chat conversations release lets the assistant answer again; say adds a message of a person',
    },
  );
}

/** The failure of a message of a person, when it may be there all the same; `look` shows the conversation. */
export function lostMessage(error: unknown, look: string): unknown {
  if (!(error instanceof AppError) || error.details.delivery !== 'unknown') return error;
  const hint = `it may be there: look with ${look} before saying it again`;
  return error.but({ hint, wasRepeatable: true });
}
