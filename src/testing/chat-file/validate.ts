import { checkedMessage } from '../../turn/events.js';
import type { CheckType } from '../checks/check.js';
import { wordsOf } from '../checks/matching.js';
import {
  checksOf,
  isSimulated,
  replyOf,
  type ChatFile,
  type PlacedCheck,
  type ScriptedTurn,
  type TestCase,
  columnAt,
} from './chat-file.js';
import { asLineFault, type Fault, namesIn } from './syntax.js';
import { noValue } from './settings.js';

/** The mistakes that no line shows by itself. */
export function validate(file: ChatFile): Fault[] {
  if (file.cases.length === 0) {
    return [atLine({ line: 1 }, 'the file has no case', 'begin one: == what it shows')];
  }
  const faults = [
    ...titleFaults(file.cases),
    ...file.cases.flatMap((test) =>
      isSimulated(test) ? simulatedFaults(file, test) : playedFaults(file, test),
    ),
  ];
  // A check of the whole file may be a mistake in each of its cases.
  return [...new Map(faults.map((fault) => [`${fault.line}:${fault.column}`, fault])).values()];
}

function titleFaults(cases: readonly TestCase[]): Fault[] {
  const lines = new Map<string, number>();
  return cases.flatMap(({ title, line }) => {
    const first = lines.get(title);
    lines.set(title, first ?? line);
    if (first === undefined) return [];
    const what = `duplicate title, already used in line ${first}: ${title}`;
    return [{ line, column: '== '.length + 1, what, wayOut: 'give each case its own title' }];
  });
}

function playedFaults(file: ChatFile, test: TestCase): Fault[] {
  if (test.turns.length === 0) {
    return [atLine(test, 'the case says nothing', 'write a message: > Where is my order?')];
  }
  if (test.turns.every((turn) => checksOf(test, turn).length === 0)) {
    return [atLine(test, 'the case has no check', 'write one below a message: ? says shipped')];
  }
  return test.turns.flatMap((turn, index) => {
    const known = namesKnown(file, test, index);
    return [
      ...messageFaults(file, turn, known),
      ...checksOf(test, turn).flatMap((placed) => [
        ...checkFaults(placed, turn),
        ...nameFaults(placed, known, { canBeKept: true }),
      ]),
    ];
  });
}

function atLine({ line }: { line: number }, what: string, wayOut: string): Fault {
  return { line, column: 1, what, wayOut };
}

/** The names that have a value when a turn is said: those of `--var`, and what earlier turns keep. */
function namesKnown({ variables }: ChatFile, test: TestCase, index: number): Set<string> {
  const earlier = test.turns.slice(0, index).flatMap((turn) => checksOf(test, turn));
  const kept = earlier.flatMap(({ check }) => (check.type === 'keep' ? [check.name] : []));
  return new Set([...variables.keys(), ...kept]);
}

function messageFaults(file: ChatFile, turn: ScriptedTurn, known: ReadonlySet<string>): Fault[] {
  try {
    checkedMessage(turn.message);
  } catch (error) {
    const { message: what } = asLineFault(error);
    return [atLine(turn, what, 'write what is said behind >')];
  }
  const lines = Array.from(
    { length: turn.lastMessageLine - turn.line + 1 },
    (_, index) => turn.line + index,
  );
  return lines.flatMap((line) => {
    const text = file.source.lines[line - 1]?.text ?? '';
    return text.startsWith('>')
      ? nameFaults({ text, line, column: 1 }, known, { canBeKept: true })
      : [];
  });
}

/** The names without a value in a text that begins at this place. */
function nameFaults(
  { text, line, column }: Pick<PlacedCheck, 'text' | 'line' | 'column'>,
  known: ReadonlySet<string>,
  where: { canBeKept: boolean },
): Fault[] {
  const unknown = namesIn(text).filter(({ name }) => !known.has(name));
  return unknown.map((each) => {
    const { message: what, wayOut } = noValue(each, where);
    return { line, column: column + columnAt(text, each.offset) - 1, what, wayOut };
  });
}

function checkFaults({ check, line, column }: PlacedCheck, turn: ScriptedTurn): Fault[] {
  if (check.type === 'judge') {
    const wayOut = 'give the case a simulated caller (caller: …), or use another check';
    return [{ line, column, what: 'judge without a caller', wayOut }];
  }
  if (check.type !== 'like' || wordsOf(replyOf(turn.record) ?? '').length > 0) return [];
  const what = `like has nothing to compare with: the message of line ${turn.line} has no <`;
  return [{ line, column, what, wayOut: 'write the accepted reply below the message: < text' }];
}

/** The checks that can be made on the conversation of a simulated caller. */
const SIMULATED_CHECKS: readonly CheckType[] = [
  ...(['judge', 'says', 'metadata'] as const),
  ...(['calls', 'calls-times', 'calls-nothing', 'never-calls'] as const),
];

function simulatedFaults(file: ChatFile, test: TestCase): Fault[] {
  const [turn] = test.turns;
  if (turn) {
    const wayOut = 'leave the messages to the caller, or the caller out';
    return [atLine(turn, 'a message beside a caller', wayOut)];
  }
  const unfit = test.checks.filter(({ check }) => !SIMULATED_CHECKS.includes(check.type));
  const faults = unfit.map(({ line, column, text }) => ({
    line,
    column,
    what: `${JSON.stringify(text)} cannot be checked in the simulated case of line ${test.line}`,
    wayOut: 'use judge, calls, says or metadata there',
  }));
  if (!test.checks.some(({ check }) => check.type === 'judge')) {
    const wayOut = 'write at least one line of the rubric: ? judge Asks for a confirmation';
    faults.push(atLine(test.settings.caller ?? test, 'a caller without judge', wayOut));
  }
  const known = new Set(file.variables.keys());
  return [
    ...faults,
    ...test.checks.flatMap((placed) => nameFaults(placed, known, { canBeKept: false })),
  ];
}
