/** A shorter key would be found in words that are no key. */
const SHORTEST_SECRET = 8;

/** An API that repeats the key in its answer does not get it onto a screen or into a log. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < SHORTEST_SECRET ? text : text.replaceAll(apiKey, '…');
}

/** The key in a request's own headers; '' when it has none. */
export function keyIn(headers: Readonly<Record<string, string>>): string {
  return headers['authorization']?.replace(/^Bearer /, '') ?? '';
}
