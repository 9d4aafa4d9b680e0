import { AppError } from '../../base/errors.js';
import {
  checksOf,
  type ChatFile,
  type RecordEntry,
  type TestCase,
} from '../chat-file/chat-file.js';
import { fill, namesIn } from '../chat-file/syntax.js';
import { unobserved } from '../checks/check.js';
import { evaluate } from '../checks/evaluate.js';
import { plainText } from '../checks/matching.js';

/**
 * The messages of a file, one after another. Each is given the reply to the one before, of which `keep` may
 * take a value for a later message. Throws `usage` where a value is missing.
 */
export function* playback({ cases, variables }: ChatFile): Generator<string, void, string> {
  for (const test of cases) {
    const kept = new Map(variables);
    for (const turn of test.turns) {
      const message = fill(turn.message, kept);
      assertFilled(message);
      const reply = { value: yield message };
      const observation = { ...NOT_LOOKED_AT, reply, variables: kept };
      for (const { check } of checksOf(test, turn)) {
        const value = check.type === 'keep' ? evaluate(check, observation).kept : undefined;
        if (value) kept.set(value.name, value.value);
      }
    }
  }
}

export function messageCount({ cases }: ChatFile): number {
  return cases.reduce((sum, { turns }) => sum + turns.length, 0);
}

function assertFilled(message: string): void {
  const [missing] = namesIn(message);
  if (!missing) return;
  throw new AppError('usage', `no reply had a value for {{${missing.name}}}`, {
    hint: 'its keep check did not match',
  });
}

const NOT_LOOKED_AT = unobserved('it is not looked at');

/** The user's earlier messages in a conversation, and the new one. */
export interface ScriptInput {
  text: string;
  earlier: readonly string[];
  /** The name of the conversation. */
  title?: string | undefined;
}

const NO_LINE: RecordEntry = { type: 'reply', text: 'The script has no line for that.' };

interface ScriptedLine {
  title: string;
  /** The message as plain text, split at each `{{name}}`, which stands for any text. */
  parts: readonly string[];
  earlier: readonly ScriptedLine[];
  record: RecordEntry[];
}

/**
 * An assistant that answers as recorded: by the same words at the same place of a conversation, else by the
 * same words anywhere, else it says that it has no line for that. Of several lines, one of a conversation
 * that went the same way goes first, and then one of this title.
 */
export function createScript(files: readonly ChatFile[]): (input: ScriptInput) => RecordEntry[] {
  const cases = files.flatMap((file) => file.cases);
  const { literal, templates } = indexed(cases.flatMap(linesOf));
  return ({ text, earlier, title }) => {
    const said = plainText(text);
    const same = [...(literal.get(said) ?? []), ...templates.filter((line) => isSaid(line, said))];
    if (same.length < 2) return same[0]?.record ?? [NO_LINE];
    const conversation = { earlier: earlier.map(plainText), title };
    const ranks = same.map((line) => likeness(line, conversation));
    return same[ranks.indexOf(Math.max(...ranks))]?.record ?? [NO_LINE];
  };
}

function linesOf({ title, turns }: TestCase): ScriptedLine[] {
  const lines: ScriptedLine[] = [];
  for (const { message, record } of turns) {
    lines.push({ title, parts: partsOf(message), earlier: [...lines], record });
  }
  return lines;
}

function partsOf(message: string): string[] {
  const names = namesIn(message);
  const starts = [0, ...names.map(({ offset }) => message.indexOf('}}', offset) + 2)];
  const ends = [...names.map(({ offset }) => offset), message.length];
  return starts.map((start, index) => plainText(message.slice(start, ends[index])));
}

/** Lines without a record have nothing to play. */
function indexed(lines: readonly ScriptedLine[]) {
  const literal = new Map<string, ScriptedLine[]>();
  const templates: ScriptedLine[] = [];
  for (const line of lines.filter(({ record }) => record.length > 0)) {
    const [said = '', ...others] = line.parts;
    if (others.length > 0) templates.push(line);
    else literal.set(said, [...(literal.get(said) ?? []), line]);
  }
  return { literal, templates };
}

/** Whether a plain text is this line; what stands for a name is not empty. */
function isSaid({ parts }: ScriptedLine, text: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let end = first.length;
  for (const part of others) {
    const index = text.indexOf(part, text[end] === ' ' ? end + 2 : end + 1);
    if (index < 0) return false;
    end = index + part.length;
  }
  return text.endsWith(last) && text.slice(end, text.length - last.length).trim() !== '';
}

function likeness({ earlier, title }: ScriptedLine, input: Omit<ScriptInput, 'text'>): number {
  const isSamePlace = earlier.length === input.earlier.length;
  const isSameWay =
    isSamePlace && earlier.every((line, index) => isSaid(line, input.earlier[index] ?? ''));
  return Number(isSamePlace) * 4 + Number(isSameWay) * 2 + Number(title === input.title);
}
