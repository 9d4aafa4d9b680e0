/** The client as a library: what `import 'telnyx-chat'` gives. */
export { createClient } from './create-client.js';
export { AppError as TelnyxChatError } from '../errors.js';
export type { Delivery, ErrorDetails, ErrorKind } from '../errors.js';
export type {
  Assistant,
  Conversation,
  Message,
  ReplyEvent as TurnEvent,
  ToolCall,
  Turn,
} from '../core/conversation.js';
export type {
  AssistantCalls,
  CallSettings,
  ClientSettings,
  ConversationCalls,
  ConversationFilters,
  TelnyxChatClient,
  TurnInput,
} from './interface.js';
