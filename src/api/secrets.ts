import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.js';

/** A shorter key would be found in words that are no key. */
const SHORTEST_SECRET = 8;

/** An API that repeats the key in its answer does not get it onto a screen or into a log. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < SHORTEST_SECRET ? text : text.replaceAll(apiKey, '…');
}

/** The failure without the key, whatever part of an answer had it and however it was written there. */
export function errorWithoutKey(error: AppError, apiKey: string): AppError {
  const { kind, message, details, cause } = error;
  const { code, hint, requestId } = details;
  if (![message, code, hint, requestId].some((text) => text?.includes(apiKey))) return error;
  const clean = (text: string | undefined): string | undefined => text && withoutKey(text, apiKey);
  const cleaned = { ...details, code: clean(code), hint: clean(hint), requestId: clean(requestId) };
  return new AppError(kind, withoutKey(message, apiKey), { ...cleaned, cause });
}

/** What the server calls a request, without the key that the request had. */
export function requestIdIn(
  { 'x-request-id': named }: IncomingHttpHeaders,
  { authorization = '' }: Readonly<Record<string, string>>,
): string | undefined {
  const id = Array.isArray(named) ? named[0] : named;
  return id === undefined ? undefined : withoutKey(id, authorization.replace(/^Bearer /, ''));
}
