/** The library: the exports of `import 'telnyx-chat'`. */
export { createClient } from './create-client.js';
export { parseChatFile, runChatFile } from './chat-files.js';
export { AppError as TelnyxChatError } from '../base/errors.js';
export type { Delivery, ErrorDetails, ErrorKind } from '../base/errors.js';
export type { Assistant, Conversation, Message, ToolCall } from '../conversations/conversation.js';
export type { ReplyEvent as TurnEvent, Turn } from '../turn/events.js';
export type {
  ChatFileCase,
  ChatFileOptions,
  ChatFileReport,
  ParsedChatFile,
  RunChatFileSettings,
} from './chat-files.js';
export type {
  AssistantCalls,
  CallSettings,
  ClientSettings,
  ConversationCalls,
  ConversationFilters,
  TelnyxChatClient,
  TurnInput,
} from './create-client.js';
