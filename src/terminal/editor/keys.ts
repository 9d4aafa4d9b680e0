export type KeyEvent =
  /** Characters to insert. */
  | { type: 'text'; text: string }
  /** The raw text between the marks of a bracketed paste, or the next part of one. */
  | { type: 'paste'; text: string; isNextPart?: boolean }
  /** A key by name, such as `ctrl+left`, and the characters that the terminal sent for it. */
  | { type: 'key'; name: string; raw: string };

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
function withModifiers(name: string, modifier: number): string {
  const bits = (modifier - 1) & ~LOCK_BITS;
  const held = [bits & 4 && 'ctrl', bits & 2 && 'alt', bits & 1 && 'shift'];
  return [...held.filter(Boolean), name].join('+');
}

/** A key sent as a character code, by kitty's protocol or xterm's modifyOtherKeys. */
function keyFromCode(code: number, modifier: number): string {
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

const KEYS_BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'shift+tab',
};

/** A terminal that was asked for it tells that its window gets or loses the focus. */
const FOCUS_BY_FINAL: Readonly<Record<string, string>> = { I: 'focus-in', O: 'focus-out' };

const KEYS_BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  200: 'paste-start',
  201: 'paste-end',
};

function parameter(parameters: readonly string[], index: number, fallback: number): number {
  const value = Number.parseInt(parameters[index] ?? '', 10);
  return Number.isNaN(value) ? fallback : value;
}

const RELEASED = /:3$/;
/** Starts the parameters of answers and mouse reports, which can end like keys. */
const PRIVATE = /^[<-?]/;

/** The name of a key, from the parameters and the last character of a CSI or SS3 sequence. */
export function sequenceKeyName(parameterText: string, final: string): string {
  const parameters = parameterText.split(';');
  const modifier = parameter(parameters, 1, 1);
  if (PRIVATE.test(parameterText) || RELEASED.test(parameters[1] ?? '')) return 'unknown';
  if (parameterText === '' && FOCUS_BY_FINAL[final]) return FOCUS_BY_FINAL[final];
  if (final === 'u') return keyFromCode(parameter(parameters, 0, 0), modifier);
  if (final !== '~') return modifiedKey(KEYS_BY_FINAL[final], modifier);
  if (parameters[0] === '27') return keyFromCode(parameter(parameters, 2, 0), modifier);
  return modifiedKey(KEYS_BY_NUMBER[parameters[0] ?? ''], modifier);
}

function modifiedKey(name: string | undefined, modifier: number): string {
  return name === undefined ? 'unknown' : withModifiers(name, modifier);
}
