let segmenter: Intl.Segmenter | undefined;

/** Made at the first need: loading its data takes longer than all else in the editor. */
function segment(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** True for text in which every character is one cell wide and stands for itself. */
export function isPlain(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

const isAsciiAt = (text: string, index: number): boolean =>
  index >= text.length || text.charCodeAt(index) < 0x80;

/** The graphemes around an index never reach over a newline, so only its line is looked at. */
function containing(text: string, index: number): { start: number; end: number } {
  if (text[index] === '\n') return { start: index, end: index + 1 };
  const lineStart = text.lastIndexOf('\n', index) + 1;
  const newline = text.indexOf('\n', index);
  const line = text.slice(lineStart, newline === -1 ? undefined : newline);
  const found = segment(line).containing(index - lineStart);
  if (!found) return { start: index, end: index };
  const start = lineStart + found.index;
  return { start, end: start + found.segment.length };
}

/** Where the grapheme that starts at `index` ends. */
export function nextBoundary(text: string, index: number): number {
  if (index >= text.length) return text.length;
  if (isAsciiAt(text, index) && isAsciiAt(text, index + 1)) return index + 1;
  return containing(text, index).end;
}

/** Where the grapheme that ends at `index` starts. */
export function previousBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  const isPlainPair = index === 1 || isAsciiAt(text, index - 2);
  if (isPlainPair && isAsciiAt(text, index - 1)) return index - 1;
  return containing(text, index - 1).start;
}

/** The nearest place at or after `index` where a cursor can stand. */
export function snapToBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  if (index >= text.length) return text.length;
  if (isAsciiAt(text, index)) return index;
  const { start, end } = containing(text, index);
  return start === index ? index : end;
}

/** Where a stretch that needs the segmenter ends: between two ASCII characters nothing joins. */
function segmentedEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !(isAsciiAt(text, end - 1) && isAsciiAt(text, end))) end++;
  return end;
}

/** The text's graphemes in order. */
export function* graphemes(text: string): Generator<string> {
  let index = 0;
  while (index < text.length) {
    if (isAsciiAt(text, index) && isAsciiAt(text, index + 1)) {
      yield text.charAt(index++);
      continue;
    }
    const end = segmentedEnd(text, index);
    for (const { segment: grapheme } of segment(text.slice(index, end))) yield grapheme;
    index = end;
  }
}
