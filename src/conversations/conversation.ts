import { AppError, type ErrorDetails } from '../base/errors.js';
import type { CallOptions } from '../base/time.js';
import { NAME_KEY } from './metadata.js';

export interface Assistant {
  id: string;
  name: string;
  model: string;
  instructions: string;
  greeting: string;
  /** ISO 8601, or '' when the API gave none. */
  createdAt: string;
  /** False when the assistant's privacy settings keep no history of conversations. */
  dataRetention: boolean;
  /** Whether it can call tools, as far as the API says. */
  hasTools: boolean;
}

export interface Conversation {
  id: string;
  name: string;
  metadata: Record<string, string>;
  createdAt: string;
  lastMessageAt: string;
}

export interface ToolCall {
  id: string;
  name: string;
  /** JSON, as the model wrote it: not checked. */
  arguments: string;
}

/** One entry of a conversation as Telnyx keeps it. Messages have no id. */
export interface Message {
  role: string;
  /** '' for a message that only calls tools. */
  text: string;
  createdAt: string;
  sentAt: string;
  toolCalls: ToolCall[];
}

/** A page of a conversation's messages. */
export interface MessagePage {
  messages: Message[];
  /** Messages of all pages, according to this one. */
  total: number | undefined;
  /** Number of pages, according to this one. */
  pages: number;
}

/** A message that is added without running the assistant. */
export interface NewMessage {
  conversationId: string;
  role: 'assistant' | 'user';
  text: string;
  /** The API's `name`: who is speaking. */
  speaker?: string | undefined;
}

/** An analysis of a conversation that the API runs after it. */
export interface Insight {
  id: string;
  /** `pending`, `in_progress`, `completed` or `failed`. */
  status: string;
  createdAt: string;
  /** `result` may be JSON; null where there is none. */
  results: { insightId: string; result: string | null }[];
}

export interface ConversationFilters {
  /** At least 1. */
  limit?: number | undefined;
  /** Such as `last_message_at.desc`. */
  order?: string | undefined;
  /** Column or `metadata->key` to `operator.value`, such as `eq.abc` or `gte.2025-01-01`. */
  where?: Record<string, string> | undefined;
}

/** A conversation that the API creates once for identical requests. */
export interface SharedConversation {
  conversation: Conversation;
  /** An earlier request created it: it may have been deleted or changed since. */
  isReplay: boolean;
}

export interface NewConversation {
  name?: string | undefined;
  metadata: Record<string, string>;
}

/** The messages of a conversation, as the API listed them. */
export interface History {
  messages: Message[];
  /** Whether these are all messages, according to the list itself. */
  isComplete: boolean;
}

/** The operations of Telnyx on what it keeps. All of them reject with AppErrors. */
export interface ConversationsApi {
  listAssistants(options: CallOptions): Promise<Assistant[]>;
  getAssistant(id: string, options: CallOptions): Promise<Assistant>;
  listConversations(filters: ConversationFilters, options: CallOptions): Promise<Conversation[]>;
  getConversation(id: string, options: CallOptions): Promise<Conversation>;
  /** A function that creates one conversation, still only one when it is called again. */
  conversationCreator(
    conversation: NewConversation,
  ): (options: CallOptions) => Promise<Conversation>;
  /** The one conversation that every caller gets for this metadata and generation within 24 hours. */
  createShared(
    conversation: { metadata: Record<string, string>; generation: number },
    options: CallOptions,
  ): Promise<SharedConversation>;
  /** Replaces the metadata: whether Telnyx merges is not documented, so send the whole map. */
  updateConversation(
    id: string,
    metadata: Record<string, string>,
    options: CallOptions,
  ): Promise<Conversation>;
  deleteConversation(id: string, options: CallOptions): Promise<void>;
  /** One page of them, the first one is 1, in the API's order (it documents none). */
  getMessages(
    conversationId: string,
    options: CallOptions & { number: number },
  ): Promise<MessagePage>;
  /** All of them as one list, as far as they fit together. */
  history(conversationId: string, options: CallOptions): Promise<History>;
  /** A function that adds one message without running the assistant, and still only one when called again. */
  messageAdder(message: NewMessage): (options: CallOptions) => Promise<void>;
  listInsights(conversationId: string, options: CallOptions): Promise<Insight[]>;
}

/** Whether a person has taken the conversation over: the assistant is silent then. */
export function isTakenOver({ metadata }: Pick<Conversation, 'metadata'>): boolean {
  return metadata['ai_disabled'] === 'true';
}

type UpdateApi = Pick<ConversationsApi, 'getConversation' | 'updateConversation'>;

/** Silences the assistant, or lets it answer again. `'false'` works whether or not an update merges. */
export function setTakenOver(
  api: UpdateApi,
  { id, on }: { id: string; on: boolean },
  call: CallOptions,
): Promise<Conversation> {
  return updateMetadata(api, { id, metadata: { ai_disabled: String(on) } }, call);
}

export function renameConversation(
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
