/** The longest `.chat` file that is read: 1 MiB. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** A line of a file, from which the file can be written as it was. */
export interface SourceLine {
  text: string;
  /** Set when the text may not give them back: they are not UTF-8. */
  bytes?: Uint8Array;
  /** LF, CRLF, CR, or '' at the end of a file that has no final line end. */
  ending: string;
}

export interface Source {
  hasByteOrderMark: boolean;
  lines: SourceLine[];
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
/** Stands in a text for what is not UTF-8. */
const REPLACEMENT = '\ufffd';

/** The lines of a file, whatever bytes it has. */
export function readSource(bytes: Uint8Array): Source {
  const hasByteOrderMark = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  const lines: SourceLine[] = [];
  for (let start = hasByteOrderMark ? BYTE_ORDER_MARK.length : 0; start < bytes.length;) {
    const end = endOfLine(bytes, start);
    const ending = endingAt(bytes, end);
    const own = bytes.subarray(start, end);
    const text = DECODER.decode(own);
    lines.push(text.includes(REPLACEMENT) ? { text, bytes: own, ending } : { text, ending });
    start = end + ending.length;
  }
  return { hasByteOrderMark, lines };
}

/** The bytes of a file: `printSource(readSource(bytes))` are `bytes`. */
export function printSource({ hasByteOrderMark, lines }: Source): Uint8Array {
  const parts = lines.flatMap(({ text, bytes = Buffer.from(text), ending }) => [
    bytes,
    Buffer.from(ending),
  ]);
  return Buffer.concat(hasByteOrderMark ? [Buffer.from(BYTE_ORDER_MARK), ...parts] : parts);
}

function endOfLine(bytes: Uint8Array, start: number): number {
  for (let index = start; index < bytes.length; index++) {
    if (bytes[index] === LINE_FEED || bytes[index] === CARRIAGE_RETURN) return index;
  }
  return bytes.length;
}

function endingAt(bytes: Uint8Array, index: number): string {
  if (index === bytes.length) return '';
  if (bytes[index] === LINE_FEED) return '\n';
  return bytes[index + 1] === LINE_FEED ? '\r\n' : '\r';
}

/** The offset of the first byte that is not UTF-8, in UTF-16 units; undefined for a good line. */
export function badByteOffset({ text, bytes }: SourceLine): number | undefined {
  if (!bytes) return undefined;
  const again = Buffer.from(text);
  if (again.equals(bytes)) return undefined;
  const index = again.findIndex((byte, at) => byte !== bytes[at]);
  const good = bytes.subarray(0, index);
  // A sequence that is cut short is not part of the good text.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(good, { stream: true }).length;
}

/** The column of a place in a line: characters, from 1. */
export function columnAt(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length + 1;
}
