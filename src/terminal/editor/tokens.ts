import { keyFromCode, keypadKey, withModifiers } from './key-codes.js';

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

export type KeyEvent =
  /** Characters to insert. */
  | { type: 'text'; text: string }
  /** The raw text between the marks of a bracketed paste, or the next part of one. */
  | { type: 'paste'; text: string; isNextPart?: boolean }
  /** A key by name, such as `ctrl+left`, and the characters that the terminal sent for it. */
  | { type: 'key'; name: string; raw: string };

export interface KeyToken {
  event: KeyEvent;
  length: number;
}

const ESC = '\x1b';
const TEXT = /^[^\0-\x1f\x7f]+/;
const CSI = /^\x1b\[(?:\[([@-~])|([0-?]*)[ -/]*([@-~]))/;
const CSI_BEGUN = /^\x1b\[[0-?]*[ -/]*/;
const CSI_UNFINISHED = /^\x1b\[(?:\[|[0-?]*[ -/]*)$/;
const SS3 = /^\x1bO(\d*)([A-Za-z])/;
const SS3_UNFINISHED = /^\x1bO\d*$/;
const STRING_BEGUN = /^\x1b[\]P_^X][^\x07\x1b]*/;
const ALTED = /^\x1b([^\ud800-\udbff]|[\ud800-\udbff][\udc00-\udfff])/;

const CONTROL_KEYS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\0': 'ctrl+space',
};

const key = (name: string, raw: string): KeyToken => ({
  event: { type: 'key', name, raw },
  length: raw.length,
});

function controlName(control: string): string {
  return (
    CONTROL_KEYS[control] ?? `ctrl+${String.fromCharCode(control.charCodeAt(0) + 64).toLowerCase()}`
  );
}

function sequence(parameters: string, final: string, raw: string): KeyToken {
  return named(sequenceKeyName(parameters, final), raw);
}

/** A key that is a character counts as typing it. */
function named(name: string, raw: string): KeyToken {
  if (!name.startsWith('text:')) return key(name, raw);
  return { event: { type: 'text', text: name.slice(5) }, length: raw.length };
}

/** Reports of the old mouse protocols: the number of characters, of any kind, that follow these finals. */
const MOUSE_CHARACTERS: Readonly<Record<string, number>> = { M: 3, t: 2, T: 6 };

/** rxvt ends keys with modifiers so; `$` would else begin an ending of two characters. */
const RXVT_KEY = /^\x1b\[(\d+)([$^@])/;
const RXVT_MODIFIERS: Readonly<Record<string, number>> = { $: 2, '^': 5, '@': 6 };

function csi(input: string): KeyToken | undefined {
  const [, number, sign = ''] = RXVT_KEY.exec(input) ?? [];
  if (number) {
    const parameters = `${number};${RXVT_MODIFIERS[sign]}`;
    return sequence(parameters, '~', `\x1b[${number}${sign}`);
  }
  const mouse = input.startsWith('\x1b[') ? MOUSE_CHARACTERS[input.charAt(2)] : undefined;
  if (mouse !== undefined) return mouseReport(input, 3 + mouse);
  if (CSI_UNFINISHED.test(input)) return undefined;
  const match = CSI.exec(input);
  if (!match) return key('unknown', CSI_BEGUN.exec(input)?.[0] ?? ESC);
  return sequence(match[2] ?? '', match[3] ?? 'unknown', match[0]);
}

function mouseReport(input: string, length: number): KeyToken | undefined {
  return input.length < length ? undefined : key('unknown', input.slice(0, length));
}

function ss3(input: string): KeyToken | undefined {
  if (SS3_UNFINISHED.test(input)) return undefined;
  const match = SS3.exec(input);
  if (!match) return key('unknown', input.slice(0, 2));
  const [raw, modifier, final = ''] = match;
  const keypad = modifier ? undefined : keypadKey(final);
  return keypad ? named(keypad, raw) : sequence(modifier ? `1;${modifier}` : '', final, raw);
}

/** An answer or command of the terminal (OSC, DCS, …), up to BEL or ESC \. */
function controlString(input: string): KeyToken | undefined {
  const begun = STRING_BEGUN.exec(input)?.[0] ?? '';
  const end = input.slice(begun.length, begun.length + 2);
  if (end === '' || end === ESC) return undefined;
  if (end.startsWith('\x07')) return key('unknown', `${begun}\x07`);
  return key('unknown', end === '\x1b\\' ? begun + end : begun);
}

function alted(input: string): KeyToken | undefined {
  const match = ALTED.exec(input);
  if (!match) return input.length > 2 ? key('unknown', input.slice(0, 2)) : undefined;
  const [raw, character = ''] = match;
  if (character === '\n') return key('alt+enter', raw);
  return key(`alt+${/[\0-\x1f\x7f]/.test(character) ? controlName(character) : character}`, raw);
}

function escape(input: string): KeyToken | undefined {
  const second = input[1];
  if (second === undefined) return undefined;
  if (second === ESC) return key('escape', ESC);
  if (second === '[') return csi(input);
  if (second === 'O') return ss3(input);
  if (STRING_BEGUN.test(input)) return controlString(input);
  return alted(input);
}

/** The first event in a terminal's input; undefined while its sequence is incomplete. */
export function readKeyToken(input: string): KeyToken | undefined {
  const text = TEXT.exec(input)?.[0];
  if (text !== undefined) return { event: { type: 'text', text }, length: text.length };
  const first = input.charAt(0);
  return first === ESC ? escape(input) : key(controlName(first), first);
}
