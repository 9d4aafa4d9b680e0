import { isUtf8 } from 'node:buffer';
import { Refusal } from '../http/answer.js';

/** What a caller asks for with `POST /chat`. */
export interface ChatRequest {
  message: string;
  /** The conversation's id as the caller has it. */
  handle: string | undefined;
  /** Who is speaking. */
  name: string | undefined;
}

/** The request out of its body. Throws the 400s of the contract. */
export function parseChatRequest(body: Buffer): ChatRequest {
  const fields = parsedObject(body);
  const message = optionalText(fields['message']);
  const handle = optionalText(fields['conversation_id']);
  const name = optionalText(fields['name']);
  if (message === undefined || message.trim() === '') {
    throw new Refusal(400, 'message is required');
  }
  // An empty id is how some languages write none.
  return { message, handle: handle || undefined, name };
}

function parsedObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = isUtf8(body) ? JSON.parse(body.toString('utf8')) : undefined;
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw invalid();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optionalText(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid();
}

function invalid(): Refusal {
  return new Refusal(400, 'Invalid request body');
}
