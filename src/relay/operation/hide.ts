const HIDDEN = '…';
/** A shorter text is part of many words; it is looked for as a word of its own. */
const SHORTEST_PART = 4;
/** A part of so many characters is no chance. */
const PART = 12;

/** A text in which a secret is not repeated: neither as it is, nor as JSON, nor a part of it. */
export function hide(text: string, secret: string): string {
  if (secret.trim() === '') return text;
  const asJson = JSON.stringify(secret).slice(1, -1);
  const rest = without(without(text, secret), asJson);
  return hasPartOf(rest, secret) || hasPartOf(rest, asJson) ? HIDDEN : rest;
}

function without(text: string, secret: string): string {
  if (secret.length >= SHORTEST_PART) return text.replaceAll(secret, HIDDEN);
  const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu'), HIDDEN);
}

/** Looks for every block of the secret, which is much the longer: a part of twice its length has one whole. */
function hasPartOf(text: string, secret: string): boolean {
  const parts = new Set<string>();
  for (let at = 0; at + PART <= text.length; at++) parts.add(text.slice(at, at + PART));
  for (let at = 0; at + PART <= secret.length; at += PART) {
    if (parts.has(secret.slice(at, at + PART))) return true;
  }
  return false;
}
