import type { Container } from './containers.js';
import type { LineCursor } from './line-cursor.js';
import type { Printer } from './printer.js';
import { type Fence, closesFence } from './syntax.js';

/** `ended`: the line was this block's last. `refused`: the block ended before this line. */
type Taken = 'taken' | 'ended' | 'refused';

/** A block whose lines are text and nothing else, each printed as soon as it is there. */
export interface Verbatim {
  readonly kind: 'verbatim';
  take(cursor: LineCursor): Taken;
  /** Part of a line that is too long to wait for. */
  append(fragment: string): void;
  close(): void;
}

export interface Place {
  printer: Printer;
  containers: readonly Container[];
}

/** Prints code; the block begins with its first line, since it may turn out to be empty. */
function codePrinter({ printer, containers }: Place): Printer {
  printer.begin('apart', containers);
  printer.markerLine(containers);
  return printer;
}

export function fencedCode(fence: Fence, indent: number, place: Place): Verbatim {
  const { theme } = place.printer;
  let printer = fence.info ? codePrinter(place) : undefined;
  printer?.verbatim(theme.codeLabel(fence.info));
  return {
    kind: 'verbatim',
    take(cursor) {
      if (cursor.indent() <= 3 && closesFence(cursor.content(), fence)) return 'ended';
      cursor.skipIndent(indent);
      printer ??= codePrinter(place);
      printer.verbatim(theme.codeLine(cursor.rest()));
      return 'taken';
    },
    append(fragment) {
      printer ??= codePrinter(place);
      printer.append(theme.codeLine(fragment));
    },
    close: () => undefined,
  };
}

const CODE_INDENT = 4;

export function indentedCode(place: Place): Verbatim {
  const printer = codePrinter(place);
  const { theme } = printer;
  // Empty lines belong to the block only if more code follows.
  let blanks: string[] = [];
  const printBlanks = (): void => {
    for (const blank of blanks) printer.verbatim(blank);
    blanks = [];
  };
  return {
    kind: 'verbatim',
    take(cursor) {
      const isBlank = cursor.content() === '';
      if (!isBlank && cursor.indent() < CODE_INDENT) return 'refused';
      cursor.skipIndent(CODE_INDENT);
      if (isBlank) blanks.push(cursor.rest());
      else {
        printBlanks();
        printer.verbatim(theme.codeLine(cursor.rest()));
      }
      return 'taken';
    },
    append(fragment) {
      printBlanks();
      printer.append(theme.codeLine(fragment));
    },
    close() {
      if (blanks.length > 0) printer.noteBlank();
    },
  };
}

/** HTML is shown as it is written. */
export function htmlText({ printer, containers }: Place): Verbatim {
  printer.begin('text', containers);
  return {
    kind: 'verbatim',
    take(cursor) {
      if (cursor.content() === '') return 'refused';
      printer.lines(cursor.rest(), containers);
      return 'taken';
    },
    append: (fragment) => printer.append(fragment),
    close: () => undefined,
  };
}
