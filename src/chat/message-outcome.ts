import type { AppError, Delivery } from '../base/errors.js';
import { notify, notifyFailure, type Chat } from './chat.js';
import { showPrompt } from './prompt.js';

/** Whether a failed message was delivered; what fails before any request has no `delivery`. */
export function deliveryOf({ kind, details }: AppError): Delivery {
  if (details.delivery !== undefined) return details.delivery;
  if (kind === 'ai_disabled') return 'refused';
  return kind === 'usage' || kind === 'not_configured' ? 'not_sent' : 'unknown';
}

/** Whether the last message is known not to have been delivered, in this try and in any before. */
export function isKnownUndelivered({ state }: Chat): boolean {
  const { lastText, lastFailure, unconfirmed } = state;
  if (lastText === undefined || !lastFailure || unconfirmed.has(lineFor(lastText))) return false;
  return deliveryOf(lastFailure) !== 'unknown';
}

/** A message is about to be sent. */
export function messageStarts({ state, ports }: Chat, text: string, kind: 'turn' | 'added'): void {
  state.lastText = text;
  state.lastKind = kind;
  state.lastFailure = undefined;
  ports.editor.forgetHeld(lineFor(text));
}

/** A message arrived: the next one that is held comes to the prompt. */
export function messageArrived(chat: Chat, text: string): void {
  chat.state.unconfirmed.delete(lineFor(text));
  restoreHeld(chat);
}

/** A held message waits while an equal one may have been delivered. */
export function restoreHeld(chat: Chat): void {
  const { state, ports } = chat;
  showPrompt(chat);
  ports.editor.restoreHeld((line) => !state.unconfirmed.has(line));
}

export interface MessageFailure {
  text: string;
  error: AppError;
  /** The beginning of the reply is on the screen. */
  hasReply?: boolean;
}

/**
 * A message failed: it is told, and what waits behind it is held. What was not sent comes back to the
 * prompt; after a refusal the prompt stays empty, for a command. What may have been delivered never
 * comes back by itself, also when another try of it was not sent.
 */
export function messageFailed(chat: Chat, failure: MessageFailure): void {
  const { state, ports } = chat;
  const { error } = failure;
  const line = lineFor(failure.text);
  const delivery = deliveryOf(error);
  state.lastFailure = error;
  if (delivery === 'unknown') state.unconfirmed.add(line);
  tell(chat, failure);
  const comesBack = delivery === 'not_sent' && !state.unconfirmed.has(line);
  ports.editor.holdQueued(comesBack ? line : undefined);
  if (delivery !== 'refused') restoreHeld(chat);
}

const ANOTHER_TRY = 'see /history; Up or /retry brings it back';

function tell(chat: Chat, { error, hasReply = false }: MessageFailure): void {
  const isUnknown = deliveryOf(error) === 'unknown';
  if (error.kind !== 'interrupted') notifyFailure(chat, isUnknown ? withAnotherTry(error) : error);
  else if (hasReply || !isUnknown) notify(chat, 'cancelled');
  else notify(chat, `cancelled; the message may have been delivered: ${ANOTHER_TRY}`);
}

/** A message that was added without a turn has such a hint already. */
function withAnotherTry(error: AppError): AppError {
  const { hint, wasRepeatable } = error.details;
  if (wasRepeatable) return error;
  return error.but({ hint: hint === undefined ? ANOTHER_TRY : `${hint}; ${ANOTHER_TRY}` });
}

/** A command's name and blank, or two slashes: a text that would not be sent as it is. */
const READ_OTHERWISE = /^\/(?:\/|[\w-]+(?:\s|$))/;

/** The line to type for this text to be sent. */
export function lineFor(text: string): string {
  return READ_OTHERWISE.test(text) ? `/${text}` : text;
}
