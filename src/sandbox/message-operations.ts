import { empty, json, type Answer } from './answer.js';
import { parseBody } from './body.js';
import type { Call } from './call.js';
import { requireThread } from './conversation-operations.js';
import { paginate } from './paging.js';
import { invalid } from './refusal.js';
import { newMessageBody } from './schemas.js';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Oldest first: Telnyx promises no order. */
export function listMessages(call: Call): Answer {
  const { messages, isRetained } = requireThread(call, call.id);
  const listed = isRetained ? call.view(messages) : [];
  return json(paginate(listed, call.query, call.largestPage));
}

/** Adds a message as it is: the assistant does not run. */
export function addMessage(call: Call): Answer {
  if (!UUID.test(call.id)) {
    const loc = ['path', 'conversation_id'];
    throw invalid({ loc, msg: 'Input should be a valid UUID', type: 'uuid_parsing' });
  }
  const { role, content, tool_calls, sent_at, metadata } = parseBody(newMessageBody, call.body);
  call.store.append(requireThread(call, call.id), {
    role,
    text: content,
    tool_calls,
    metadata,
    ...(sent_at === undefined ? {} : { sent_at }),
  });
  return empty(200);
}
