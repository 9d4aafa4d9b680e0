/**
 * The characters of a text from outside that are not simply shown. The patterns match code units, without
 * the `u` flag: this makes a search through megabytes of clean text fast.
 */

/** Removed everywhere: they show nothing, but affect the terminal or mislead the reader. */
const REMOVED =
  // C0 but tab, newline, CR and ESC; DEL; the C1 controls that introduce no sequence.
  '[\\0-\\x08\\x0b\\x0c\\x0e-\\x1a\\x1c-\\x1f\\x7f-\\x8f\\x91-\\x97\\x99\\x9a\\x9c' +
  // Zero-width space, word joiner, invisible operators, byte-order mark, Mongolian vowel separator,
  // annotation marks: they hide data in a text and break a command that is copied from it. The joiners
  // U+200C and U+200D and the variation selectors stay: Persian, Indic scripts and emoji need them.
  '\\u200b\\u2060-\\u2065\\ufeff\\u180e\\ufff9-\\ufffb' +
  // Bidi embeddings, overrides and isolates, which show a text in another order than it has (Trojan
  // Source), and the deprecated format controls. The marks U+200E, U+200F and U+061C stay: Arabic and
  // Hebrew punctuation needs them, and they reorder no more than any letter of those scripts does.
  '\\u202a-\\u202e\\u2066-\\u206f]' +
  // Tag characters, U+E0000 to U+E007F: an invisible copy of ASCII.
  '|\\udb40[\\udc00-\\udc7f]';

const LONE_SURROGATE =
  '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';

/** Carriage return, ESC, the 8-bit introducers of sequences, line and paragraph separator. */
const HANDLED = '[\\r\\x1b\\x90\\x98\\x9b\\x9d-\\x9f\\u2028\\u2029]';

export const SUSPICIOUS = new RegExp(`${HANDLED}|${REMOVED}|${LONE_SURROGATE}`);

/** The next place where plain text stops being plain; a run of removed characters is one match. */
export const nextSpecial = (): RegExp =>
  new RegExp(`${HANDLED}|(?:${REMOVED})+|${LONE_SURROGATE}`, 'g');

/** The next place where the payload of an OSC, DCS, SOS, PM or APC sequence stops, complete or not. */
export const nextStringEnd = (): RegExp => /[\x07\x18\x1a\x1b\n\r\x90\x98\x9b-\x9f]/g;

const REMOVED_ANYWHERE = new RegExp(REMOVED, 'g');
const ANY_LONE_SURROGATE = new RegExp(LONE_SURROGATE, 'g');

/** For text without introducers: the payload of a sequence that turned out to be plain text. */
export function withoutControls(text: string): string {
  return text
    .replace(REMOVED_ANYWHERE, '')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(ANY_LONE_SURROGATE, '\ufffd');
}

export const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
