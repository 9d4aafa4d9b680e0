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
  /** In all pages, as this one says. */
  total: number | undefined;
  /** How many pages there are, as this one says. */
  pages: number;
}

/** A message to be added as it is: the assistant does not run. */
export interface NewMessage {
  conversationId: string;
  role: 'assistant' | 'user';
  text: string;
  /** The API's `name`: who is speaking. */
  speaker?: string | undefined;
}

/** What the API made of a conversation after it. */
export interface Insight {
  id: string;
  /** `pending`, `in_progress`, `completed` or `failed`. */
  status: string;
  createdAt: string;
  /** `result` may be JSON; null where there is none. */
  results: { insightId: string; result: string | null }[];
}

export interface ConversationFilters {
  /** At most so many, 1 or more. */
  limit?: number | undefined;
  /** Such as `last_message_at.desc`. */
  order?: string | undefined;
  /** Column or `metadata->key` to `operator.value`, such as `eq.abc` or `gte.2025-01-01`. */
  where?: Record<string, string> | undefined;
}

/** A conversation that was created for all who ask for it. */
export interface SharedConversation {
  conversation: Conversation;
  /** It was created earlier: by now it may be gone, or be another's. */
  isReplay: boolean;
}

export interface NewConversation {
  name?: string | undefined;
  metadata: Record<string, string>;
}

/** The messages of a conversation, as the API listed them. */
export interface History {
  messages: Message[];
  /** As many as the list itself says there are. */
  isComplete: boolean;
}
