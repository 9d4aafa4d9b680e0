import { createPairJoiner, LONE_HALF, wellFormed } from './well-formed.js';

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

/** Carriage return, ESC, the 8-bit introducers of sequences, line and paragraph separator. */
const HANDLED = '[\\r\\x1b\\x90\\x98\\x9b\\x9d-\\x9f\\u2028\\u2029]';

export const SUSPICIOUS = new RegExp(`${HANDLED}|${REMOVED}|${LONE_HALF.source}`);

/** The next place where plain text stops being plain; a run of removed characters is one match. */
const NEXT_SPECIAL = new RegExp(`${HANDLED}|(?:${REMOVED})+`, 'g');

/** The next place where the payload of an OSC, DCS, SOS, PM or APC sequence stops, complete or not. */
const NEXT_STRING_END = /[\x07\x18\x1a\x1b\n\r\x90\x98\x9b-\x9f]/g;

const REMOVED_ANYWHERE = new RegExp(REMOVED, 'g');

/** For text without introducers: the payload of a sequence that turned out to be plain text. */
function withoutControls(text: string): string {
  return wellFormed(text.replace(REMOVED_ANYWHERE, '').replace(/[\u2028\u2029]/g, '\n'));
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * The current position: in plain text; after ESC; after ESC and an intermediate byte; in a CSI sequence;
 * in the payload of an OSC or of another string sequence.
 */
type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'osc' | 'string';

/** Real sequences are shorter. It also limits how much text is held back. */
const MAX_SEQUENCE_LENGTH = 4096;

const INTRODUCED: Readonly<Record<string, State>> = {
  '\x1b': 'escape',
  '\x90': 'string',
  '\x98': 'string',
  '\x9b': 'csi',
  '\x9d': 'osc',
  '\x9e': 'string',
  '\x9f': 'string',
};

/** `ESC k` is the title sequence of screen and tmux. */
const AFTER_ESCAPE: Readonly<Record<string, State>> = {
  '[': 'csi',
  ']': 'osc',
  P: 'string',
  X: 'string',
  '^': 'string',
  _: 'string',
  k: 'string',
};

/**
 * Removes escape sequences and control characters from a text that comes in pieces. It looks at one code
 * unit after the other, so the result does not depend on where the text was cut.
 *
 * The payload of a string sequence is removed only if the sequence ends properly. At a newline, at the
 * start of an 8-bit sequence or after MAX_SEQUENCE_LENGTH, the payload is shown as text: without its
 * introducer it is harmless, and a stray character cannot swallow the rest of a reply. At the end of the
 * text, an open sequence that ESC started is removed; one that an 8-bit introducer started is shown,
 * because U+009D is also the result of decoding a curly quote in UTF-8 twice.
 */
export class SequenceFilter {
  private state: State = 'text';
  private text = '';
  private at = 0;
  private out = '';
  private afterReturn = false;
  private length = 0;
  private payload = '';
  private eightBit = false;
  private readonly joiner = createPairJoiner();

  write(chunk: string): string {
    this.read(this.joiner.next(chunk));
    return this.takeOutput();
  }

  end(): string {
    this.read(this.joiner.end());
    if (this.eightBit) this.release();
    this.enter('text');
    return this.takeOutput();
  }

  get isIdle(): boolean {
    return this.state === 'text' && !this.joiner.isHolding && !this.afterReturn;
  }

  private takeOutput(): string {
    const { out } = this;
    this.out = '';
    return out;
  }

  private read(text: string): void {
    this.text = text;
    this.at = 0;
    while (this.at < text.length) this.step();
  }

  private step(): void {
    if (this.state === 'text') this.readText();
    else if (this.state === 'osc' || this.state === 'string') this.readPayload();
    else this.readControlSequence(this.text.charCodeAt(this.at));
  }

  private enter(state: State): void {
    this.state = state;
    this.length = 0;
    this.payload = '';
    this.eightBit = false;
  }

  private readText(): void {
    if (this.afterReturn && this.text[this.at] === '\n') this.at += 1;
    this.afterReturn = false;
    NEXT_SPECIAL.lastIndex = this.at;
    const match = NEXT_SPECIAL.exec(this.text);
    this.out += this.text.slice(this.at, match?.index);
    this.at = this.text.length;
    if (match) this.readSpecial(match[0], match.index);
  }

  private readSpecial(special: string, index: number): void {
    this.at = index + special.length;
    const state = INTRODUCED[special];
    if (state) {
      this.enter(state);
      this.eightBit = special !== '\x1b';
    } else if (special === '\r') {
      this.out += '\n';
      this.afterReturn = true;
    } else if (special === '\u2028' || special === '\u2029') this.out += '\n';
  }

  /** After ESC or CSI: a unit that does not fit ends the sequence and is read again as text. */
  private readControlSequence(unit: number): void {
    const introduced =
      this.state === 'escape' ? AFTER_ESCAPE[String.fromCharCode(unit)] : undefined;
    const isIntermediate = unit >= 0x20 && unit <= 0x2f;
    const isParameter = this.state === 'csi' && unit >= 0x30 && unit <= 0x3f;
    const isFinal = unit >= (this.state === 'csi' ? 0x40 : 0x30) && unit <= 0x7e;
    this.length += 1;
    if (introduced) this.enter(introduced);
    else if ((isIntermediate || isParameter) && this.length < MAX_SEQUENCE_LENGTH) {
      if (this.state === 'escape') this.state = 'intermediate';
    } else {
      this.enter('text');
      if (!isFinal) return;
    }
    this.at += 1;
  }

  private readPayload(): void {
    NEXT_STRING_END.lastIndex = this.at;
    const end = NEXT_STRING_END.exec(this.text)?.index ?? this.text.length;
    const limit = this.withinCharacter(this.at + MAX_SEQUENCE_LENGTH - this.payload.length);
    const stop = Math.min(end, limit);
    this.payload += this.text.slice(this.at, stop);
    this.at = stop;
    if (stop === limit) this.release();
    else if (stop < this.text.length) this.endPayload(this.text.charAt(stop));
  }

  private withinCharacter(index: number): number {
    return isLowSurrogate(this.text.charCodeAt(index)) ? index + 1 : index;
  }

  private endPayload(end: string): void {
    if (end === '\x07' && this.state === 'string') {
      // Only an OSC ends at BEL.
      this.at += 1;
      this.payload += end;
    } else if ('\x1b\x07\x18\x1a\x9c'.includes(end)) {
      // Read again as text: ESC starts the ST that ends this sequence, or another one; the rest is removed.
      this.enter('text');
    } else this.release();
  }

  private release(): void {
    this.out += withoutControls(this.payload);
    this.enter('text');
  }
}
