import type { PlacedCheck, RecordEntry, ScriptedTurn, Settings, TestCase } from './chat-file.js';
import { LineFault, type LineType, jsonValue } from './syntax.js';
import type { WrittenSetting } from './settings.js';

const TAG = /^#[^\s#]+$/;

/** Puts the lines of one case together. */
export class CaseBuilder {
  readonly line: number;
  readonly settings: WrittenSetting[] = [];
  readonly #title: string;
  readonly #tags: string[];
  readonly #checks: PlacedCheck[] = [];
  readonly #greeting: RecordEntry[] = [];
  readonly #turns: ScriptedTurn[] = [];
  /** The type of the line before, as long as a line with the same mark would continue its text. */
  #previous: LineType | undefined;

  constructor(heading: string, line: number) {
    this.line = line;
    const { title, tags } = readHeading(heading);
    this.#title = title;
    this.#tags = tags;
  }

  assertTitle(): void {
    if (this.#title === '')
      throw new LineFault('the case has no title', 'write == and what it shows');
  }

  blank(): void {
    this.#previous = undefined;
  }

  set(setting: WrittenSetting): void {
    this.settings.push(setting);
    this.#previous = undefined;
    if (this.#turns.length === 0) return;
    throw new LineFault(
      'a setting after the first message',
      'put it between the title and the first >',
    );
  }

  check(check: PlacedCheck): void {
    (this.#turns.at(-1)?.checks ?? this.#checks).push(check);
    this.#previous = 'check';
  }

  /** Takes a line of a conversation. */
  take(type: LineType, text: string, line: number): void {
    const isContinued = this.#previous === type;
    this.#previous = type;
    if (type === 'message') {
      this.#say(text, line, isContinued);
      return;
    }
    this.#turns.at(-1)?.recordLines.push(line);
    const record = this.#turns.at(-1)?.record ?? this.#greeting;
    if (type === 'reply') addReply(record, text, isContinued);
    else if (type === 'call') addCall(record, text, isContinued);
    else addResult(record, text, isContinued);
  }

  build({ file, own, fileChecks, lastLine }: CaseParts): TestCase {
    const metadata = { ...file.metadata, ...own.metadata };
    return {
      title: this.#title,
      tags: this.#tags,
      line: this.line,
      lastLine,
      settings: { ...file, ...own, metadata },
      checks: [...fileChecks, ...this.#checks],
      greeting: this.#greeting,
      turns: this.#turns,
    };
  }

  #say(text: string, line: number, isContinued: boolean): void {
    const turn = this.#turns.at(-1);
    if (turn && isContinued) {
      turn.message += `\n${text}`;
      turn.lastMessageLine = line;
      return;
    }
    const own = { line, message: text, lastMessageLine: line };
    this.#turns.push({ ...own, recordLines: [], record: [], checks: [] });
  }
}

/** Settings and checks that a case gets from its file. */
interface CaseParts {
  file: Settings;
  own: Settings;
  fileChecks: readonly PlacedCheck[];
  lastLine: number;
}

/** A title, and the tags that end its line. */
export function readHeading(text: string): { title: string; tags: string[] } {
  const words = text.trim().split(/\s+/);
  const count = words.findLastIndex((word) => !TAG.test(word)) + 1;
  const tags = words.slice(count);
  const isAllTags = count === 0;
  const title = tags.reduceRight((rest, tag) => rest.slice(0, -tag.length).trimEnd(), text.trim());
  return { title: isAllTags ? '' : title, tags: tags.map((tag) => tag.slice(1)) };
}

function addReply(record: RecordEntry[], text: string, isContinued: boolean): void {
  const last = record.at(-1);
  if (isContinued && last?.type === 'reply') last.text += `\n${text}`;
  else record.push({ type: 'reply', text });
}

/** A line in a row with another one continues a call whose arguments are not whole yet. */
function addCall(record: RecordEntry[], text: string, isContinued: boolean): void {
  const last = record.at(-1);
  if (isContinued && last?.type === 'call' && !isWholeCall(last.call.arguments)) {
    last.call.arguments += `\n${text}`;
    return;
  }
  const [, name, args = ''] = /^\s*(\S+)(?:\s+([^]*))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new LineFault('the name of a tool is missing', 'write * tool {json}');
  record.push({ type: 'call', call: { name, arguments: args } });
}

/** No arguments, or one JSON value. */
export function isWholeCall(args: string): boolean {
  return args.trim() === '' || jsonValue(args) !== undefined;
}

function addResult(record: RecordEntry[], text: string, isContinued: boolean): void {
  const last = record.findLast((entry) => entry.type === 'call');
  if (!last)
    throw new LineFault('a result without a call', 'write the call above it: * tool {json}');
  const { call } = last;
  if (call.result === undefined) call.result = text;
  else if (isContinued) call.result += `\n${text}`;
  else
    throw new LineFault(
      `${call.name} has a result already`,
      'write each result below its own call',
    );
}
