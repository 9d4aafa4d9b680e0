import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../base/unicode.js';
import { Refusal } from '../http/answer.js';

/** The body of `POST /chat`. */
export interface ChatRequest {
  message: string;
  /** As the caller got it, perhaps signed. */
  conversationId: string | undefined;
  /** The person who is speaking. */
  name: string | undefined;
}

/** Throws the 400s of the contract. */
export function parseChatRequest(body: Buffer): ChatRequest {
  const fields = parsedObject(body);
  const message = optionalText(fields['message']);
  const conversationId = optionalText(fields['conversation_id']);
  const name = optionalText(fields['name']);
  if (message === undefined || message.trim() === '') {
    throw new Refusal(400, 'message is required');
  }
  // Some languages send an empty string for a missing id.
  return { message, conversationId: conversationId || undefined, name };
}

function parsedObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = isUtf8(body) ? parseJson(body.toString('utf8')) : undefined;
    if (isObject(value)) return value;
  } catch {
    // Refused below, as other invalid bodies are.
  }
  throw invalidBody();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Many libraries write `null` for what is left out. */
function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalidBody();
}

function invalidBody(): Refusal {
  return new Refusal(400, 'Invalid request body');
}
