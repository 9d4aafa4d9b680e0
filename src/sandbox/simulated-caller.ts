import type { AssistantTest, RunStatus } from './test-store.js';

const QUOTED = /"([^"]*)"|[“„”]([^“„”]+)[“”]/gu;
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/** The quoted parts of a text, in order. */
export function quotedIn(text: string): string[] {
  return [...text.matchAll(QUOTED)]
    .map(([, straight, curly]) => (straight ?? curly ?? '').replace(/\s+/gu, ' ').trim())
    .filter((quoted) => quoted !== '');
}

/** The verdict on each item of a rubric: it passes when the assistant said all words that it quotes. */
export function judge(
  { rubric }: Pick<AssistantTest, 'rubric'>,
  replies: readonly string[],
): { name: string; status: RunStatus }[] {
  const said = new Set(replies.flatMap(wordsIn));
  return rubric.map(({ name, criteria }) => {
    const isMet = quotedIn(criteria)
      .flatMap(wordsIn)
      .every((word) => said.has(word));
    return { name, status: isMet ? 'passed' : 'failed' };
  });
}

function wordsIn(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase().replaceAll('’', "'"));
}
