/** Whether two texts are one, whatever a server does to white space and to the form of letters. */
export function isSameText(one: string, other: string): boolean {
  return textKey(one) === textKey(other);
}

export function textKey(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
