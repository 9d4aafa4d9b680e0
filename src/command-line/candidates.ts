import { commandAt, type Outline, type OutlineOption } from './outline.js';
import { nextArgument, optionNamed, situationAt, split, type Situation } from './parsed-line.js';

/** A word that could stand at the cursor. */
export interface Candidate {
  value: string;
  /** What it is, for shells that show it; may be ''. */
  note: string;
}

/** Where candidates come from that the commands themselves do not know. */
export type Source =
  | 'assistants'
  | 'conversations'
  | 'profiles'
  | 'config-keys'
  | 'config-values'
  | 'fault-kinds'
  | 'channels'
  | 'files';

/** What could stand at the cursor. */
export interface Wanted {
  /** What the word at the cursor begins with that is no part of the candidates: `--flag=`. */
  prefix: string;
  candidates: Candidate[];
  source?: Source;
  situation: Situation;
}

const OF_FLAGS: Record<string, Source> = {
  '--assistant': 'assistants',
  '--conversation': 'conversations',
  '--profile': 'profiles',
  '--dotenv': 'files',
  '--output': 'files',
  '--token-file': 'files',
  '--fault': 'fault-kinds',
  '--channel': 'channels',
};

/** By the first command's name, then by the argument's. */
const OF_ARGUMENTS: Record<string, Record<string, Source>> = {
  config: { key: 'config-keys', value: 'config-values' },
  conversations: { 'id|name': 'conversations' },
  assistants: { 'id|name': 'assistants' },
};

/** What could follow the words, in place of the word at the cursor. Undefined: nothing. */
export function wantedAt(
  root: Outline,
  words: readonly string[],
  current: string,
): Wanted | undefined {
  if (words[0] === 'help') return helpTopics(root, words.slice(1));
  const situation = situationAt(root, words, current);
  if (!situation) return undefined;
  const { command, expecting, isPlain } = situation;
  if (expecting) return { prefix: '', ...valuesOf(expecting), situation };
  if (!isPlain && current.startsWith('-')) return flagOrValue(current, situation);
  if (command.commands.length > 0) {
    return { prefix: '', candidates: command.commands.map(asCandidate), situation };
  }
  const argument = nextArgument(situation);
  if (!argument) return undefined;
  const source = OF_ARGUMENTS[situation.names[0] ?? '']?.[argument.name];
  const candidates = argument.choices.map((value) => ({ value, note: '' }));
  return { prefix: '', candidates, ...(source && { source }), situation };
}

function helpTopics(root: Outline, names: readonly string[]): Wanted | undefined {
  const command = commandAt(root, names);
  const situation = command && situationAt(root, names, '');
  if (!situation) return undefined;
  const candidates = command.commands.filter(({ name }) => name !== 'help').map(asCandidate);
  return { prefix: '', candidates, situation };
}

function flagOrValue(current: string, situation: Situation): Wanted | undefined {
  const { command, given } = situation;
  const [name, value] = split(current);
  if (value === undefined) {
    const options = command.options.filter(
      ({ long, short, isRepeatable }) => isRepeatable || !given.has(long ?? short ?? ''),
    );
    return { prefix: '', candidates: options.map(flag), situation };
  }
  const option = optionNamed(command, name);
  if (!option?.takesValue) return undefined;
  return { prefix: `${name}=`, ...valuesOf(option), situation };
}

function valuesOf({ long = '', choices }: OutlineOption): Pick<Wanted, 'candidates' | 'source'> {
  const source = OF_FLAGS[long];
  return { candidates: choices.map((value) => ({ value, note: '' })), ...(source && { source }) };
}

function asCandidate({ name, summary, description }: Outline): Candidate {
  return { value: name, note: summary || description };
}

function flag({ long, short, description }: OutlineOption): Candidate {
  return { value: long ?? short ?? '', note: description };
}
