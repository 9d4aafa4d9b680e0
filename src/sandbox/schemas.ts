import * as v from 'valibot';

/** A JSON object; valibot alone would let an array through. */
function dictionary<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(
    v.unknown(),
    v.check((input) => !Array.isArray(input), 'Input should be a valid dictionary'),
    v.record(v.string(), value),
  );
}

const metadata = dictionary(v.union([v.string(), v.boolean()]));
const scalar = v.union([v.string(), v.number(), v.boolean()]);

export const newConversationBody = v.object({
  name: v.optional(v.string(), ''),
  metadata: v.optional(metadata, {}),
});

export const conversationUpdateBody = v.object({ metadata: v.optional(metadata) });

export const chatBody = v.object({
  content: v.string(),
  conversation_id: v.string(),
  name: v.optional(v.string()),
  stream: v.optional(v.boolean(), false),
});

/** What the control route takes. */
export const faultsBody = v.object({
  rules: v.optional(v.array(v.string()), []),
  script: v.optional(v.array(v.string()), []),
  seed: v.optional(v.pipe(v.number(), v.safeInteger())),
});

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));

/** What the control route for many conversations at once takes; `every_ms` lies between two of them. */
export const seedBody = v.object({
  conversations: v.optional(count, 1),
  messages: v.optional(count, 0),
  every_ms: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000)), 1_000),
  name: v.optional(v.string(), ''),
  metadata: v.optional(metadata, {}),
});

export const newMessageBody = v.object({
  role: v.string(),
  content: v.optional(v.string(), ''),
  name: v.optional(v.string()),
  tool_choice: v.optional(v.union([v.string(), dictionary(v.unknown())])),
  tool_calls: v.optional(v.array(dictionary(v.unknown())), []),
  tool_call_id: v.optional(v.string()),
  sent_at: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text)), 'Input should be a valid datetime'),
    ),
  ),
  metadata: v.optional(dictionary(v.union([scalar, v.array(scalar)])), {}),
});
