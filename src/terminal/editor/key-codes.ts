const KEYS_BY_CODE: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
};

/** The first of kitty's codes of the keypad, and what the keys from it on are. */
const KITTY_KEYPAD = 57_399;
const KITTY_KEYPAD_KEYS = [
  ...Array.from('0123456789./*-+', (character) => `text:${character}`),
  'enter',
  'text:=',
  'text:,',
  ...['left', 'right', 'up', 'down', 'pageup', 'pagedown', 'home', 'end', 'insert', 'delete'],
];

/** The keypad in application mode, by the last character of its SS3 sequences. */
const SS3_KEYPAD: Readonly<Record<string, string>> = {
  M: 'enter',
  I: 'tab',
  X: 'text:=',
  ...Object.fromEntries(
    Array.from('*+,-./0123456789', (character, index) => [
      String.fromCharCode('j'.charCodeAt(0) + index),
      `text:${character}`,
    ]),
  ),
};

const LOCK_BITS = 64 + 128;

/** `ctrl+alt+shift+name`. Terminals send the modifiers as a set of bits, plus one. */
export function withModifiers(name: string, modifier: number): string {
  const bits = (modifier - 1) & ~LOCK_BITS;
  const held = [bits & 4 && 'ctrl', bits & 2 && 'alt', bits & 1 && 'shift'];
  return [...held.filter(Boolean), name].join('+');
}

/** A key sent as a character code, by kitty's protocol or xterm's modifyOtherKeys. */
export function keyFromCode(code: number, modifier: number): string {
  const name = KEYS_BY_CODE[code] ?? KITTY_KEYPAD_KEYS[code - KITTY_KEYPAD];
  if (name !== undefined && !name.startsWith('text:')) return withModifiers(name, modifier);
  const character = name?.slice('text:'.length) ?? characterOf(code);
  if (character === undefined) return 'unknown';
  const plainOrShifted = ((modifier - 1) & ~LOCK_BITS & ~1) === 0;
  return plainOrShifted ? `text:${character}` : withModifiers(character, modifier);
}

/** Undefined for what is no character: controls, halves of pairs, and kitty's codes of function keys. */
function characterOf(code: number): string | undefined {
  const isOther = code > 0x10ffff || (code >= 0xd800 && code <= 0xf8ff);
  return isOther || code < 0x20 || (code >= 0x7f && code < 0xa0)
    ? undefined
    : String.fromCodePoint(code);
}

/** A key of the keypad; undefined when the sequence is of no such key. */
export function keypadKey(final: string): string | undefined {
  return SS3_KEYPAD[final];
}
