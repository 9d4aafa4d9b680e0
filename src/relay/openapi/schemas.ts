// Loaded late: for `GET /openapi.json` alone.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { CHAT_BODY } from '../chat/request.js';

const conversationId = v.pipe(
  v.string(),
  v.description('Continues the conversation when it is sent with the next message.'),
);

const CHAT_REPLY = v.object({ conversation_id: conversationId, reply: v.string() });

const DELTA = v.object({ text: v.pipe(v.string(), v.description('The next piece of the reply.')) });

const ERROR = v.object({
  error: v.string(),
  conversation_id: v.optional(
    v.pipe(v.string(), v.description('Known where the turn of a conversation failed.')),
  ),
});

const STATUS = v.looseObject({ status: v.string() });

/** The bodies by name, as JSON Schema; that of a request is what checks it. */
export function bodySchemas() {
  return {
    ChatRequest: schemaOf(CHAT_BODY),
    ChatReply: schemaOf(CHAT_REPLY),
    ChatDelta: schemaOf(DELTA),
    Error: schemaOf(ERROR),
    Status: schemaOf(STATUS),
  };
}

function schemaOf(schema: v.GenericSchema): object {
  const described = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input' });
  // OpenAPI names the dialect for the whole document.
  delete described.$schema;
  return described;
}
