import { readCheck } from '../checks/grammar.js';
import { CaseBuilder } from './case-builder.js';
import {
  type ChatFile,
  type PlacedCheck,
  type Settings,
  badByteOffset,
  columnAt,
  MAX_FILE_BYTES,
  readSource,
  type Source,
} from './chat-file.js';
import {
  asLineFault,
  faultError,
  LineFault,
  readingAt,
  type Fault,
  readLine,
  type Line,
  type Variables,
} from './syntax.js';
import { withSetting, type WrittenSetting } from './settings.js';
import { validate } from './validate.js';

/*
 * The way into `.chat` files.
 *
 *     parseChatFile   commands that play, export over, or script a file, and the library
 *     readChatFile    `test`, which shows all mistakes of all files before it sends anything
 *     acceptedFile    (recording/recording.ts) `test --update`
 *
 * A file is read in three steps: `readSource` parts it into lines, `readLine` tells what each of them is,
 * and FileReader puts them together. `validate` then looks at what only the whole can show.
 */

export interface ReadFile {
  file: ChatFile;
  /** In the order of the lines. A file with faults is not run. */
  faults: Fault[];
}

/** The conversations of a file. Throws `usage` with `file:line:column` of its first mistake. */
export function parseChatFile(
  path: string,
  bytes: Uint8Array,
  variables: Variables = new Map(),
): ChatFile {
  const { file, faults } = readChatFile(path, bytes, variables);
  if (faults.length > 0) throw faultError(path, faults);
  return file;
}

/** The same, with all mistakes of the file. */
export function readChatFile(path: string, bytes: Uint8Array, variables: Variables): ReadFile {
  const isTooLarge = bytes.length > MAX_FILE_BYTES;
  const reader = new FileReader(readSource(isTooLarge ? new Uint8Array() : bytes), variables);
  if (isTooLarge)
    reader.fault(1, new LineFault('the file is larger than 1 MiB', 'split it into several files'));
  else reader.readAll();
  return reader.finish(path);
}

class FileReader {
  readonly #source: Source;
  readonly #variables: Variables;
  readonly #faults: Fault[] = [];
  readonly #cases: CaseBuilder[] = [];
  readonly #fileSettings: WrittenSetting[] = [];
  readonly #fileChecks: PlacedCheck[] = [];
  /** The setting that a line with two blanks continues. */
  #openSetting: WrittenSetting | undefined;

  constructor(source: Source, variables: Variables) {
    this.#source = source;
    this.#variables = variables;
  }

  readAll(): void {
    for (const [index, line] of this.#source.lines.entries()) {
      this.#guard(index + 1, () => {
        const offset = badByteOffset(line);
        if (offset !== undefined)
          throw new LineFault('this is not UTF-8', 'save the file as UTF-8', offset);
        this.#take(readLine(line.text), index + 1);
      });
    }
  }

  finish(path: string): ReadFile {
    const settings = this.#settings(this.#fileSettings);
    const count = this.#source.lines.length;
    const cases = this.#cases.map((builder, index) => {
      const lastLine = (this.#cases[index + 1]?.line ?? count + 1) - 1;
      const own = this.#settings(builder.settings);
      return builder.build({ file: settings, own, lastLine, fileChecks: this.#fileChecks });
    });
    const file = { path, source: this.#source, settings, cases, variables: this.#variables };
    // A line that was not understood would be missed where all of the file is looked at.
    const found = this.#faults.length === 0 ? validate(file) : [];
    const faults = [...this.#faults, ...found].sort(
      (a, b) => a.line - b.line || a.column - b.column,
    );
    return { file, faults };
  }

  fault(line: number, { message, offset, wayOut }: LineFault): void {
    const { text = '' } = this.#source.lines[line - 1] ?? {};
    const column = columnAt(text, offset);
    this.#faults.push({ line, column, what: message, wayOut });
  }

  #guard(line: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fault(line, asLineFault(error));
    }
  }

  #take(line: Line, number: number): void {
    if (line.type === 'comment') return;
    if (line.type === 'continuation') {
      this.#continue(line.text, number);
      return;
    }
    const current = this.#cases.at(-1);
    if (line.type === 'blank') {
      current?.blank();
      return;
    }
    this.#openSetting = undefined;
    if (line.type === 'case') this.#begin(line, number);
    else if (line.type === 'setting') this.#set(line, number);
    else if (line.type === 'check' && !current) this.#fileChecks.push(this.#check(line, number));
    else if (!current) throw outsideOfCase();
    else if (line.type === 'check') current.check(this.#check(line, number));
    else readingAt(line.at, () => current.take(line.type, line.text, number));
  }

  #begin({ text, at }: Line, number: number): void {
    // A case without a good title is one all the same: what follows is its own.
    const builder = new CaseBuilder(text, number);
    this.#cases.push(builder);
    readingAt(at, () => {
      builder.assertTitle();
    });
  }

  #continue(text: string, number: number): void {
    if (!this.#openSetting) {
      throw new LineFault(
        'nothing to continue',
        'two spaces continue the value of a setting above',
      );
    }
    this.#openSetting.value += `\n${text}`;
    this.#openSetting.lines.push(number);
  }

  #set(line: Line & { type: 'setting' }, number: number): void {
    const current = this.#cases.at(-1);
    const level = current ? 'case' : 'file';
    const setting: WrittenSetting = { key: line.key, value: line.text, lines: [number], level };
    // It is taken in any case, so that lines that continue it are not mistakes too.
    this.#openSetting = setting;
    if (current) current.set(setting);
    else this.#fileSettings.push(setting);
  }

  #settings(written: readonly WrittenSetting[]): Settings {
    let settings: Settings = {};
    for (const setting of written) {
      try {
        settings = withSetting(settings, setting, this.#variables);
      } catch (error) {
        const { line, fault } = placeInSetting(setting, asLineFault(error));
        this.fault(line, fault);
      }
    }
    return settings;
  }

  #check({ text, at }: Line, number: number): PlacedCheck {
    const check = readingAt(at, () => readCheck(text, this.#variables));
    const { text: whole = '' } = this.#source.lines[number - 1] ?? {};
    const begin = at + text.length - text.trimStart().length;
    return { line: number, column: columnAt(whole, begin), text: text.trim(), check };
  }
}

/** The line of a setting that a fault in its value belongs to, and the fault as seen from there. */
function placeInSetting(
  { key, value, lines }: WrittenSetting,
  fault: LineFault,
): { line: number; fault: LineFault } {
  const parts = value.slice(0, Math.max(0, fault.offset)).split('\n');
  const line = lines[parts.length - 1] ?? 1;
  if (parts.length === 1) return { line, fault: fault.movedBy(key.length + ': '.length) };
  const offset = (parts.at(-1) ?? '').length + '  '.length;
  return { line, fault: fault.movedBy(offset - fault.offset) };
}

function outsideOfCase(): LineFault {
  const wayOut = 'begin a case above it: == what it shows';
  return new LineFault('this line is part of no case', wayOut);
}
