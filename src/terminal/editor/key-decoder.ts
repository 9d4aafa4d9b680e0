import { keypadKey, sequenceKeyName, type KeyEvent } from './keys.js';
import { PasteCollector } from './pastes.js';

export interface KeyToken {
  event: KeyEvent;
  length: number;
}

const ESC = '\x1b';
const PLAIN_TEXT = /^[^\0-\x1f\x7f]+/;
const CSI = /^\x1b\[(?:\[([@-~])|([0-?]*)[ -/]*([@-~]))/;
const CSI_START = /^\x1b\[[0-?]*[ -/]*/;
const CSI_UNFINISHED = /^\x1b\[(?:\[|[0-?]*[ -/]*)$/;
const SS3 = /^\x1bO(\d*)([A-Za-z])/;
const SS3_UNFINISHED = /^\x1bO\d*$/;
const STRING_START = /^\x1b[\]P_^X][^\x07\x1b]*/;
const ALTED = /^\x1b([^\ud800-\udbff]|[\ud800-\udbff][\udc00-\udfff])/;

const CONTROL_KEYS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\0': 'ctrl+space',
};

const keyToken = (name: string, raw: string): KeyToken => ({
  event: { type: 'key', name, raw },
  length: raw.length,
});

function controlName(control: string): string {
  return (
    CONTROL_KEYS[control] ?? `ctrl+${String.fromCharCode(control.charCodeAt(0) + 64).toLowerCase()}`
  );
}

function sequence(parameters: string, final: string, raw: string): KeyToken {
  return namedToken(sequenceKeyName(parameters, final), raw);
}

/** A key that is a character counts as typing it. */
function namedToken(name: string, raw: string): KeyToken {
  if (!name.startsWith('text:')) return keyToken(name, raw);
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
  if (!match) return keyToken('unknown', CSI_START.exec(input)?.[0] ?? ESC);
  return sequence(match[2] ?? '', match[3] ?? 'unknown', match[0]);
}

function mouseReport(input: string, length: number): KeyToken | undefined {
  return input.length < length ? undefined : keyToken('unknown', input.slice(0, length));
}

function ss3(input: string): KeyToken | undefined {
  if (SS3_UNFINISHED.test(input)) return undefined;
  const match = SS3.exec(input);
  if (!match) return keyToken('unknown', input.slice(0, 2));
  const [raw, modifier, final = ''] = match;
  const keypad = modifier ? undefined : keypadKey(final);
  return keypad ? namedToken(keypad, raw) : sequence(modifier ? `1;${modifier}` : '', final, raw);
}

/** An answer or command of the terminal (OSC, DCS, …), up to BEL or ESC \. */
function controlString(input: string): KeyToken | undefined {
  const start = STRING_START.exec(input)?.[0] ?? '';
  const end = input.slice(start.length, start.length + 2);
  if (end === '' || end === ESC) return undefined;
  if (end.startsWith('\x07')) return keyToken('unknown', `${start}\x07`);
  return keyToken('unknown', end === '\x1b\\' ? start + end : start);
}

function alted(input: string): KeyToken | undefined {
  const match = ALTED.exec(input);
  if (!match) return input.length > 2 ? keyToken('unknown', input.slice(0, 2)) : undefined;
  const [raw, character = ''] = match;
  if (character === '\n') return keyToken('alt+enter', raw);
  return keyToken(
    `alt+${/[\0-\x1f\x7f]/.test(character) ? controlName(character) : character}`,
    raw,
  );
}

function escape(input: string): KeyToken | undefined {
  const second = input[1];
  if (second === undefined) return undefined;
  if (second === ESC) return keyToken('escape', ESC);
  if (second === '[') return csi(input);
  if (second === 'O') return ss3(input);
  if (STRING_START.test(input)) return controlString(input);
  return alted(input);
}

/** The first event in a terminal's input; undefined while its sequence is incomplete. */
export function readKeyToken(input: string): KeyToken | undefined {
  const text = PLAIN_TEXT.exec(input)?.[0];
  if (text !== undefined) return { event: { type: 'text', text }, length: text.length };
  const first = input.charAt(0);
  return first === ESC ? escape(input) : keyToken(controlName(first), first);
}

/**
 * Decodes a terminal's input into key events. The events do not depend on where the chunks are
 * cut, except that text may come in more pieces.
 */
export class KeyDecoder {
  #rest = '';
  #paste: PasteCollector | undefined;

  /** Whether an incomplete sequence or paste waits for more input, or for `flush`. */
  get isWaiting(): boolean {
    return this.#rest !== '' || this.isPasting;
  }

  get isPasting(): boolean {
    return this.#paste !== undefined;
  }

  push(chunk: string): KeyEvent[] {
    this.#rest += chunk;
    const events: KeyEvent[] = [];
    while (this.#rest !== '') {
      const progressed = this.#paste ? this.#readPaste(this.#paste, events) : this.#readKey(events);
      if (!progressed) break;
    }
    return events;
  }

  /**
   * Called after a pause. A lone ESC was the Escape key. The part of a paste that has arrived is
   * emitted. Of other incomplete sequences, only what turns out to be text is kept.
   */
  flush(): KeyEvent[] {
    if (this.#paste) return this.#paste.isEmpty ? [] : [this.#paste.event()];
    const raw = this.#rest;
    this.#rest = '';
    if (raw === '') return [];
    if (raw === '\x1b') return [{ type: 'key', name: 'escape', raw }];
    return raw.length > 2 && !raw.startsWith('\x1b[')
      ? [{ type: 'text', text: raw }]
      : [{ type: 'key', name: 'unknown', raw }];
  }

  /** Ends a paste that has lost its end mark. */
  endPaste(): KeyEvent[] {
    const paste = this.#paste?.event(this.#rest);
    this.#paste = undefined;
    this.#rest = '';
    return paste && paste.text !== '' ? [paste] : [];
  }

  #readPaste(paste: PasteCollector, events: KeyEvent[]): boolean {
    const { rest, finished } = paste.take(this.#rest);
    this.#rest = rest;
    if (!finished) return false;
    this.#paste = undefined;
    events.push(paste.event());
    return true;
  }

  #readKey(events: KeyEvent[]): boolean {
    const token = readKeyToken(this.#rest);
    if (!token) return false;
    this.#rest = this.#rest.slice(token.length);
    if (token.event.type === 'key' && token.event.name === 'paste-start') {
      this.#paste = new PasteCollector();
    } else events.push(token.event);
    return true;
  }
}
