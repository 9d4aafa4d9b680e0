import type {
  AssistantTest,
  AssistantTestBody,
  RubricItem,
} from '../../conversations/assistants.js';
import type { ChatFile, TestCase } from '../chat-file/chat-file.js';
import { fill } from '../chat-file/syntax.js';

/** Limits of the API. */
const MAX_SUITE = 100;
const MAX_NAME = 255;
const [MIN_SECONDS, MAX_SECONDS] = [1, 3_600];
/** Our own: the name of a rubric item is for reading, its criteria say all. */
const MAX_ITEM_NAME = 80;

/** How long a simulated case may take, unless it says otherwise: 5 minutes. */
export const SIMULATED_TIMEOUT_MS = 300_000;

/** A simulated case as the test that Telnyx runs. */
export function testBody(
  { path, variables }: ChatFile,
  test: TestCase,
  assistantId: string,
): AssistantTestBody {
  const { caller, timeoutMs = SIMULATED_TIMEOUT_MS } = test.settings;
  const seconds = Math.min(Math.max(Math.ceil(timeoutMs / 1_000), MIN_SECONDS), MAX_SECONDS);
  return {
    name: shortened(test.title, MAX_NAME),
    instructions: caller?.text ?? '',
    rubric: judgeTexts(test).map((text, index) => ({
      name: itemName(fill(text, variables), index),
      criteria: fill(text, variables),
    })),
    destination: assistantId,
    telnyx_conversation_channel: 'web_chat',
    max_duration_seconds: seconds,
    test_suite: suiteOf(path),
  };
}

function judgeTexts({ checks }: TestCase): string[] {
  return checks.flatMap(({ check }) => (check.type === 'judge' ? [check.text] : []));
}

/** The number tells items of one beginning apart. */
export function itemName(text: string, index: number): string {
  const characters = Array.from(text.replace(/\s+/g, ' '));
  return `${index + 1}. ${characters.slice(0, MAX_ITEM_NAME).join('').trimEnd()}`;
}

/** The suite of a file: its path without `.chat`. */
export function suiteOf(path: string): string {
  const name = path
    .replaceAll('\\', '/')
    .replace(/^\.\//, '')
    .replace(/\.chat$/, '');
  return shortened(name, MAX_SUITE);
}

/** A text that is too long is cut, and a hash of all of it tells it from others of its beginning. */
function shortened(text: string, max: number): string {
  const characters = Array.from(text);
  if (characters.length <= max) return text;
  const hash = hashOf(text);
  return `${characters.slice(0, max - hash.length - 1).join('')}-${hash}`;
}

/** FNV-1a with 64 bits, in hexadecimal. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/**
 * The test that a case is run by: the one of its title in its suite. Of several, the one for this assistant;
 * else one that is for none of the assistants of this run.
 */
export function testOf(
  existing: readonly AssistantTest[],
  body: AssistantTestBody,
  assistantIds: readonly (string | undefined)[],
): AssistantTest | undefined {
  const named = existing.filter(
    ({ body: { name, test_suite } }) => name === body.name && test_suite === body.test_suite,
  );
  return (
    named.find((test) => test.body.destination === body.destination) ??
    named.find((test) => !assistantIds.includes(test.body.destination))
  );
}

/** Whether a test is what it should be, so that nothing has to be written. */
export function isUpToDate({ body }: AssistantTest, expected: AssistantTestBody): boolean {
  const itemsOf = (rubric: readonly RubricItem[] = []): string =>
    JSON.stringify(rubric.map(({ name, criteria }) => [name, criteria]));
  return (
    FIELDS.every((field) => body[field] === expected[field]) &&
    itemsOf(body.rubric) === itemsOf(expected.rubric)
  );
}

/** All of a test but its rubric. */
const FIELDS = [
  ...(['name', 'instructions', 'destination', 'telnyx_conversation_channel'] as const),
  ...(['max_duration_seconds', 'test_suite'] as const),
];
