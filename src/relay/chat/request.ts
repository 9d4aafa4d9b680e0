import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { parseJson } from '../../base/unicode.js';
import { Refusal } from '../http/answer.js';

/** The body of `POST /chat`: what is checked here is what `/openapi.json` describes. */
export const CHAT_BODY = v.object({
  message: v.pipe(v.string(), v.regex(/\S/), v.description('What is said. Not blank.')),
  conversation_id: v.nullish(
    v.pipe(
      v.string(),
      v.description(
        'The conversation to continue, as an earlier answer named it. Without one, a conversation starts.',
      ),
    ),
  ),
  name: v.nullish(v.pipe(v.string(), v.description('The name of the person who is speaking.'))),
});

/** A trace context of W3C. */
export const TRACE_PARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** A request of `POST /chat`. */
export interface ChatRequest {
  message: string;
  /** As the caller got it, perhaps signed. */
  conversationId: string | undefined;
  /** The person who is speaking. */
  name: string | undefined;
}

/** Throws the 400s of the contract. */
export function parseChatRequest(body: Buffer): ChatRequest {
  const { success, output, issues } = v.safeParse(CHAT_BODY, objectIn(body));
  if (!success) throw issues.every(isMissingMessage) ? messageMissing() : invalidBody();
  // Some languages send an empty string for a missing id, and many libraries `null`.
  return {
    message: output.message,
    conversationId: output.conversation_id || undefined,
    name: output.name ?? undefined,
  };
}

/** Reads a body of another shape. Throws a 400. */
export function parseBody<T>(schema: v.GenericSchema<unknown, T>, body: Buffer): T {
  const { success, output } = v.safeParse(schema, objectIn(body));
  if (!success) throw invalidBody();
  return output;
}

/** The message is left out, `null` or blank, rather than of a wrong type. */
function isMissingMessage({ path, input, type }: v.BaseIssue<unknown>): boolean {
  const [first] = path ?? [];
  return first?.key === 'message' && (type === 'regex' || (input ?? undefined) === undefined);
}

function objectIn(body: Buffer): object {
  try {
    const value: unknown = isUtf8(body) ? parseJson(textOf(body)) : undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below, as other invalid bodies are.
  }
  throw invalidBody();
}

/** Some languages begin their files, and their JSON, with a byte order mark. */
function textOf(body: Buffer): string {
  return body.toString('utf8').replace(/^\uFEFF/, '');
}

function messageMissing(): Refusal {
  return new Refusal(400, 'message is required');
}

function invalidBody(): Refusal {
  return new Refusal(400, 'Invalid request body');
}
