const FINALS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'shift+tab',
};

const TILDES: Readonly<Record<string, string>> = {
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

const CODES: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
};

const LOCKS = 64 + 128;

/** `ctrl+alt+shift+name`, from the number terminals send: one more than a set of bits. */
function withModifiers(name: string, modifier: number): string {
  const bits = (modifier - 1) & ~LOCKS;
  const held = [bits & 4 && 'ctrl', bits & 2 && 'alt', bits & 1 && 'shift'];
  return [...held.filter(Boolean), name].join('+');
}

function parameter(parameters: readonly string[], index: number, fallback: number): number {
  const value = Number.parseInt(parameters[index] ?? '', 10);
  return Number.isNaN(value) ? fallback : value;
}

/** A key told by its character code, as kitty and xterm's modifyOtherKeys do. */
function fromCode(code: number, modifier: number): string {
  const name = CODES[code];
  if (name) return withModifiers(name, modifier);
  if (code < 0x20 || code > 0x10ffff) return 'unknown';
  const character = String.fromCodePoint(code);
  const plainOrShifted = ((modifier - 1) & ~LOCKS & ~1) === 0;
  return plainOrShifted ? `text:${character}` : withModifiers(character, modifier);
}

const RELEASED = /:3$/;
/** Answers and mouse reports, which share their last characters with keys. */
const PRIVATE = /^[<-?]/;

/** The name of a key from its CSI or SS3 sequence's parameters and last character. */
export function keyName(parameterText: string, final: string): string {
  const parameters = parameterText.split(';');
  const modifier = parameter(parameters, 1, 1);
  if (PRIVATE.test(parameterText) || RELEASED.test(parameters[1] ?? '')) return 'unknown';
  if (final === 'u') return fromCode(parameter(parameters, 0, 0), modifier);
  if (final !== '~') return named(FINALS[final], modifier);
  if (parameters[0] === '27') return fromCode(parameter(parameters, 2, 0), modifier);
  return named(TILDES[parameters[0] ?? ''], modifier);
}

function named(name: string | undefined, modifier: number): string {
  return name === undefined ? 'unknown' : withModifiers(name, modifier);
}
