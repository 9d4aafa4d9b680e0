/** Values are strings on the wire; `ai_disabled` is documented as a boolean too, so both are kept. */
export type Metadata = Record<string, string | boolean>;

export type MessageMetadata = Record<
  string,
  string | number | boolean | (string | number | boolean)[]
>;

export interface Conversation {
  id: string;
  name: string;
  created_at: string;
  last_message_at: string;
  metadata: Metadata;
}

/** A message as it is listed: there is no id. */
export interface Message {
  role: string;
  /** Null on a message that only calls tools. */
  text: string | null;
  created_at: string;
  sent_at: string;
  tool_calls: readonly Record<string, unknown>[];
  metadata: MessageMetadata;
}

/** The part of a Telnyx assistant that a chat client can make use of. */
export interface Assistant {
  id: string;
  name: string;
  description: string;
  model: string;
  instructions: string;
  greeting: string;
  created_at: string;
  enabled_features: readonly string[];
  privacy_settings: { data_retention: boolean };
}

/** A conversation together with what Telnyx does not show as part of it. */
export interface Thread {
  conversation: Conversation;
  messages: Message[];
  /** False once an assistant without data retention has to do with it: nothing is listed then. */
  isRetained: boolean;
}
