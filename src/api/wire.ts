import * as v from 'valibot';
import { wellFormedJson } from '../base/text/well-formed.js';
import type { Assistant, Conversation, Insight, Message } from '../conversations/conversation.js';

/**
 * Shapes on the wire, read leniently: only what we cannot do without is required. A single object
 * comes bare or in `data`, depending on Telnyx's operation.
 */
export const text = v.fallback(v.string(), '');

/** Metadata values are typed as strings, but booleans and numbers occur. */
const metadata = v.pipe(
  v.fallback(v.record(v.string(), v.unknown()), {}),
  v.transform((values) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  ),
);

const list = v.fallback(v.array(v.unknown()), []);

const assistant = v.pipe(
  v.object({
    id: v.string(),
    name: text,
    model: text,
    instructions: text,
    greeting: text,
    created_at: text,
    privacy_settings: v.fallback(v.object({ data_retention: v.fallback(v.boolean(), true) }), {
      data_retention: true,
    }),
    tools: list,
    mcp_servers: list,
    integrations: list,
  }),
  v.transform(
    ({ created_at, privacy_settings, tools, mcp_servers, integrations, ...rest }): Assistant => ({
      ...rest,
      createdAt: created_at,
      dataRetention: privacy_settings.data_retention,
      hasTools: [tools, mcp_servers, integrations].some(({ length }) => length > 0),
    }),
  ),
);

const conversation = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.nonEmpty()),
    name: text,
    metadata,
    created_at: text,
    last_message_at: text,
  }),
  v.transform(({ id, name, metadata, created_at, last_message_at }): Conversation => ({
    id,
    name,
    metadata,
    createdAt: created_at,
    lastMessageAt: last_message_at,
  })),
);

const toolCall = v.pipe(
  v.object({ id: text, function: v.object({ name: text, arguments: text }) }),
  v.transform(({ id, function: { name, arguments: args } }) => ({
    id,
    name,
    arguments: wellFormedJson(args),
  })),
);

const message = v.pipe(
  v.object({
    role: v.string(),
    text,
    created_at: text,
    sent_at: text,
    tool_calls: v.fallback(v.array(toolCall), []),
  }),
  // Each by its name: a rest of an object takes long, thousands of times a second.
  v.transform(({ role, text, created_at, sent_at, tool_calls }): Message => ({
    role,
    text,
    createdAt: created_at,
    sentAt: sent_at,
    toolCalls: tool_calls,
  })),
);

export const listOf = <Item extends v.GenericSchema>(item: Item) =>
  v.object({ data: v.array(item) });

export const pageMeta = v.fallback(
  v.object({
    total_pages: v.fallback(v.number(), 1),
    total_results: v.fallback(v.optional(v.number()), undefined),
  }),
  { total_pages: 1, total_results: undefined },
);

const messagePage = v.object({ ...listOf(message).entries, meta: pageMeta });

/** A value that is not text is given as its JSON. */
export function textOrJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? wellFormedJson(value) : JSON.stringify(value);
}

const finding = v.pipe(
  v.object({ insight_id: text, result: v.optional(v.unknown()) }),
  v.transform(({ insight_id, result }) => ({
    insightId: insight_id,
    result: textOrJson(result),
  })),
);

const insight = v.pipe(
  v.object({
    id: text,
    status: text,
    created_at: text,
    conversation_insights: v.fallback(v.array(finding), []),
  }),
  v.transform(({ created_at, conversation_insights, ...rest }): Insight => ({
    ...rest,
    createdAt: created_at,
    results: conversation_insights,
  })),
);

/** The object itself, out of its `data` envelope if it has one. */
export function unwrapped(body: unknown): unknown {
  return isObject(body) && isObject(body['data']) ? body['data'] : body;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each throws a ValiError on a body of another shape. */
export const parse = {
  assistant: (body: unknown) => v.parse(assistant, unwrapped(body)),
  assistants: (body: unknown) => v.parse(listOf(assistant), body).data,
  conversation: (body: unknown) => v.parse(conversation, unwrapped(body)),
  conversations: (body: unknown) => v.parse(listOf(conversation), body).data,
  insights: (body: unknown) => v.parse(listOf(insight), body).data,
  messagePage: (body: unknown) => v.parse(messagePage, body),
};
