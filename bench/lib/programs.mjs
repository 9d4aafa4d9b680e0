// The programs that are compared, each as the arguments that Node is given.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {(world: Pick<import('./world.mjs').World, 'bin' | 'home'>) => string[]} Program
 */

/** The installed command. @returns {Program} */
export function telnyxChat(...words) {
  return ({ bin }) => [bin, ...words];
}

/** A program of ours to compare with. @returns {Program} */
function script(name, ...words) {
  const path = fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
  return () => [path, ...words];
}

/** `test` with so many cases of three turns, in a file that is written at first. @returns {Program} */
export function testOf(count) {
  const turns = [1, 2, 3].map((number) => `> at-once ${number}\n? says at-once ${number}\n`);
  const cases = Array.from(
    { length: count },
    (_, index) => `== case ${index}\n${turns.join('\n')}`,
  );
  return ({ bin, home }) => {
    const file = join(home, `cases-${count}.chat`);
    if (!existsSync(file)) writeFileSync(file, cases.join('\n'));
    return [bin, 'test', '--quiet', file];
  };
}

/** Conversations of the stand-in for the API: the end of an id is the number of its messages. */
export const LONG_CONVERSATION = '3fa85f64-5717-4562-b3fc-000000005000';
export const SHORT_CONVERSATION = '3fa85f64-5717-4562-b3fc-000000000500';

/** @type {Program} */
export const BARE_NODE = () => ['-e', '0'];
export const HAND_WRITTEN = script('hand-written.cjs', 'hello');
export const OFFICIAL_SDK = script('official-sdk.mjs', 'hello');
export const BARE_STREAM = script('bare-stream.cjs');
export const LIST_BY_HAND = script('hand-written-pages.cjs', 'conversations');
export const SEARCH_BY_HAND = script(
  'hand-written-search.cjs',
  ...['7 x', '&metadata-%3Ekind=eq.searched'],
);
export const SEARCH_SANDBOX_BY_HAND = script(
  'hand-written-search.cjs',
  ...['question 7', '&metadata-%3Eassistant_id=eq.assistant-sandbox'],
);
export const EXPORT_BY_HAND = script('hand-written-pages.cjs', 'messages', LONG_CONVERSATION);
export const CASES_BY_HAND = script('hand-written-tests.cjs', '1000');
export const REPORT_MEMORY = ['--require', ...script('report-memory.cjs')()];
