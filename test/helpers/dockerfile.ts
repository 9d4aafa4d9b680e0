/** One instruction of a Dockerfile. */
export interface Instruction {
  word: string;
  value: string;
}

/** The instructions, without comments, lines that go on joined. */
export function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', value = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
      return { word: word.toUpperCase(), value: value.trim() };
    });
}

type Rule = (all: readonly Instruction[]) => readonly Instruction[];

const valuesThat =
  (word: string, isWrong: (value: string) => boolean): Rule =>
  (all) =>
    all.filter((each) => each.word === word && isWrong(each.value));

/** At most one of these in a stage: the others have no effect. */
const repeated =
  (word: string): Rule =>
  (all) =>
    stagesOf(all).flatMap((stage) => stage.filter((each) => each.word === word).slice(1));

const isExec = (value: string): boolean => /\[\s*"/.test(value);
const withoutFlags = (value: string): string => value.replace(/^(?:--\S+\s+)+/, '');

/** Rules of hadolint that can be told from the text, by their names there. */
const RULES: Record<string, Rule> = {
  'DL3000 WORKDIR is absolute': valuesThat('WORKDIR', (value) => !/^["']?[/$]/.test(value)),
  'DL3002 the last USER is not root': (all) =>
    valuesThat('USER', (value) => /^(?:root|0)(?::|$)/.test(value))(
      stagesOf(all)
        .at(-1)
        ?.filter(({ word }) => word === 'USER')
        .slice(-1) ?? [],
    ),
  'DL3003 WORKDIR, not cd': valuesThat('RUN', (value) => /(?:^|&&|"|;)\s*cd\s/.test(value)),
  'DL3004 no sudo': valuesThat('RUN', (value) => /\bsudo\b/.test(value)),
  'DL3006 an image has a tag': valuesThat('FROM', (value) => !hasTag(value)),
  'DL3007 not latest': (all) =>
    all.filter(({ word, value }) => isImage(word) && /:latest\b/.test(value)),
  'DL3008 apt packages have versions': valuesThat('RUN', (value) =>
    /apt-get\b.*\binstall\b(?!.*=)/.test(value),
  ),
  'DL3011 a port is one': valuesThat('EXPOSE', (value) =>
    value.split(/\s+/).some((port) => !(Number.parseInt(port) < 65_536)),
  ),
  'DL3012 one HEALTHCHECK': repeated('HEALTHCHECK'),
  'DL3016 npm packages have versions': valuesThat('RUN', (value) =>
    /npm"?,?\s+"?(?:i|install)\b(?!.*@)/.test(value),
  ),
  'DL3020 COPY, not ADD': valuesThat('ADD', () => true),
  'DL3021 COPY of several files has a folder to go to': valuesThat('COPY', (value) => {
    const words = withoutFlags(value).split(/\s+/);
    return words.length > 2 && !words.at(-1)?.endsWith('/');
  }),
  'DL3022 COPY --from names a stage': (all) => {
    const names = stageNames(all);
    return valuesThat('COPY', (value) => {
      const [, from] = /--from=(\S+)/.exec(value) ?? [];
      return from !== undefined && !names.includes(from);
    })(all);
  },
  'DL3024 names of stages differ': (all) =>
    new Set(stageNames(all)).size === stageNames(all).length ? [] : all,
  'DL3025 CMD and ENTRYPOINT are lists': (all) =>
    all.filter(({ word, value }) => /^(?:CMD|ENTRYPOINT)$/.test(word) && !isExec(value)),
  'DL3029 no --platform': valuesThat('FROM', (value) => value.includes('--platform')),
  'DL3045 COPY to a relative place has a WORKDIR': (all) =>
    stagesOf(all).flatMap((stage) => {
      const at = stage.findIndex(({ word }) => word === 'WORKDIR');
      const before = at < 0 ? stage : stage.slice(0, at);
      return valuesThat('COPY', (value) => !/\s["']?[/$]\S*$/.test(value))(before);
    }),
  'DL3059 no RUN right after a RUN': (all) =>
    all.filter(({ word }, at) => word === 'RUN' && all[at - 1]?.word === 'RUN'),
  'DL3061 it begins with FROM or ARG': (all) =>
    all.slice(0, 1).filter(({ word }) => !/^(?:FROM|ARG)$/.test(word)),
  'DL4000 no MAINTAINER': valuesThat('MAINTAINER', () => true),
  'DL4003 one CMD': repeated('CMD'),
  'DL4004 one ENTRYPOINT': repeated('ENTRYPOINT'),
  'DL4006 a pipe fails with each of its parts': valuesThat(
    'RUN',
    (value) => !isExec(value) && value.includes(' | ') && !value.includes('pipefail'),
  ),
};

/** What hadolint would say, as `rule: instruction`. */
export function faultsIn(dockerfile: string): string[] {
  const all = instructionsOf(dockerfile);
  return Object.entries(RULES).flatMap(([name, rule]) =>
    rule(all).map(({ word, value }) => `${name}: ${word} ${value}`),
  );
}

function stagesOf(all: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const each of all) {
    if (each.word === 'FROM') stages.push([]);
    stages.at(-1)?.push(each);
  }
  return stages;
}

function stageNames(all: readonly Instruction[]): string[] {
  return all.flatMap(({ word, value }) =>
    word === 'FROM' ? [/\sas\s+(\S+)$/i.exec(value)?.[1] ?? ''].filter(Boolean) : [],
  );
}

function isImage(word: string): boolean {
  return word === 'FROM' || word === 'ARG';
}

/** A variable has its image, with its tag, in an ARG. */
function hasTag(value: string): boolean {
  const [image = ''] = withoutFlags(value).split(/\s+/);
  return /[:@$]/.test(image) || image === 'scratch';
}
