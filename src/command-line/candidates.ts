import type { Source } from './flag.js';
import { GUIDES } from './guides.js';
import { commandAt, type Outline, type OutlineOption } from './outline.js';
import { nextArgument, optionNamed, parsedLine, split, type ParsedLine } from './parsed-line.js';

/** A word that could stand at the cursor. */
export interface Candidate {
  value: string;
  /** A description, for shells that show one; may be ''. */
  note: string;
}

/** The words that fit at the cursor. */
export interface Completion {
  /** The part of the word at the cursor before the value: `--flag=`. */
  prefix: string;
  candidates: Candidate[];
  source?: Source | undefined;
  line: ParsedLine;
}

/** The words that may replace the one at the cursor; undefined when nothing fits. */
export function completionAt(
  root: Outline,
  words: readonly string[],
  current: string,
): Completion | undefined {
  if (words[0] === 'help' && !current.startsWith('-')) return helpTopics(root, words.slice(1));
  const line = parsedLine(root, words, current);
  if (!line) return undefined;
  const { command, expecting, isPlain, isUsual } = line;
  if (expecting) return { prefix: '', ...valuesOf(expecting), line };
  if (!isPlain && current.startsWith('-')) return flagOrValue(current, line);
  if (command.commands.length > 0) {
    return { prefix: '', candidates: command.commands.map(asCandidate), line };
  }
  // Behind nothing but options, a word names a command.
  if (isUsual && !isPlain) return { prefix: '', candidates: root.commands.map(asCandidate), line };
  const argument = nextArgument(line);
  if (!argument) return undefined;
  return { prefix: '', ...valuesOf(argument), line };
}

function helpTopics(root: Outline, names: readonly string[]): Completion | undefined {
  const command = commandAt(root, names);
  const line = command && parsedLine(root, names, '');
  if (!line) return undefined;
  const commands = command.commands.filter(({ name }) => name !== 'help').map(asCandidate);
  const guides = names.length > 0 ? [] : Object.entries(GUIDES);
  const candidates = [...commands, ...guides.map(([value, note]) => ({ value, note }))];
  return { prefix: '', candidates, line };
}

function flagOrValue(current: string, line: ParsedLine): Completion | undefined {
  const { command, given } = line;
  const [name, value] = split(current);
  if (value === undefined) {
    const options = command.options.filter(
      ({ long, isRepeatable }) => isRepeatable || !given.has(long),
    );
    return { prefix: '', candidates: options.map(flag), line };
  }
  const option = optionNamed(command, name);
  if (!option?.takesValue) return undefined;
  return { prefix: `${name}=`, ...valuesOf(option), line };
}

function valuesOf({
  choices,
  completes,
}: Pick<OutlineOption, 'choices' | 'completes'>): Pick<Completion, 'candidates' | 'source'> {
  return { candidates: choices.map((value) => ({ value, note: '' })), source: completes };
}

function asCandidate({ name, summary, description }: Outline): Candidate {
  return { value: name, note: summary || description };
}

function flag({ long, description }: OutlineOption): Candidate {
  return { value: long, note: description };
}
