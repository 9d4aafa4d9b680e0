import { LIST_LAG_MS } from './faults.mjs';
import { answers, REPEATED } from './turns.mjs';

/** Counts the outcomes of all turns by what the server has stored. */
export function judge(conversations, stats) {
  const kept = new Map(stats.conversations.map((each) => [each.id, each]));
  const sum = {
    turns: 0,
    answered: 0,
    recovered: 0,
    unknown: 0,
    failed: 0,
    doubled: 0,
    lost: 0,
    wrong: 0,
    outOfOrder: 0,
  };
  const notes = [];
  for (const { id, results } of conversations) {
    const server = kept.get(id) ?? { turns: [], messages: [] };
    judgeOne(results, server, sum, (note) => notes.push({ id, ...note }));
  }
  return { sum, notes };
}

function judgeOne(results, server, sum, note) {
  const stored = new Map(server.turns.map(({ text, count }) => [text, count]));
  const repeated = { said: 0, least: 0 };
  for (const result of results) {
    sum.turns++;
    const isAnswered = answers(result.reply, result.text);
    if (isAnswered) sum.answered++;
    else if (result.delivery === 'unknown') sum.unknown++;
    else sum.failed++;
    if (isAnswered && result.recovered) sum.recovered++;
    if (result.reply !== undefined && !isAnswered) sum.wrong++;
    if (result.text === REPEATED) {
      if (isAnswered) repeated.least++;
      if (isAnswered || result.delivery === 'unknown' || result.delivery === undefined)
        repeated.said++;
      continue;
    }
    const count = stored.get(result.text) ?? 0;
    if (count > 1) sum.doubled += count - 1;
    const isLost = !isAnswered && hasReply(server, result);
    if (isLost) sum.lost++;
    if (isLost || count > 1) note({ ...result, count });
  }
  const count = stored.get(REPEATED) ?? 0;
  sum.doubled += Math.max(0, count - repeated.said);
  sum.outOfOrder += disorder(results, server);
}

/** Whether a reply was stored before its turn was given up. */
function hasReply({ messages }, result) {
  return messages.some(
    (message) =>
      message.role === 'assistant' &&
      answers(message.text, result.text) &&
      !isLate(message, result),
  );
}

/**
 * A gateway may let a turn through long after its caller was told that nobody knows what became of it, and
 * a list may show it later still.
 */
function isLate({ created_at: time }, { endedAt = Infinity }) {
  return Date.parse(time) + LIST_LAG_MS > endedAt;
}

/** Counts messages that the server stored before an earlier one, and replies whose number decreased. */
function disorder(results, { messages }) {
  const places = new Map(results.map(({ text }, place) => [text, place]));
  const said = messages
    .filter(({ role, text }) => role === 'user' && text !== REPEATED)
    .filter((message) => !isLate(message, results[places.get(message.text)] ?? {}))
    .map(({ text }) => places.get(text));
  const numbers = results
    .filter(({ text, reply }) => text === REPEATED && answers(reply, text))
    .map(({ reply }) => Number(/\d+/.exec(reply)[0]));
  return backwards(said) + backwards(numbers);
}

function backwards(numbers) {
  return numbers.filter((number, index) => index > 0 && number <= numbers[index - 1]).length;
}

/** Equal texts of different programs within this time cannot be told apart, as clocks may differ. */
const ALIKE_MS = 6_000;

/**
 * The turns reported as unknown although their outcome could be known: the last fault does not leave
 * it open, and no other program sent the same text just before.
 */
export function untoldTurns({ id, results }, stats, undecidable) {
  const { sends = [], messages = [] } = stats.conversations.find((each) => each.id === id) ?? {};
  const runs = runsOf(sends);
  const doubted = new Set();
  return results.flatMap((result) => {
    const { faults, at } = runs[0]?.text === result.text ? runs.shift() : { faults: [], at: '' };
    if (result.delivery !== 'unknown') return [];
    const isInexact = result.isResumed || doubted.has(result.text);
    doubted.add(result.text);
    const isOpen = undecidable.includes(faults.at(-1));
    if (isOpen || (isInexact && hasAlike(messages, result.text, at))) return [];
    return [{ id, ...result, faults }];
  });
}

/** Consecutive requests with the same text belong to one turn: no two turns in a row have the same text. */
function runsOf(sends) {
  const runs = [];
  for (const { text, fault, at } of sends) {
    if (runs.at(-1)?.text !== text) runs.push({ text, at, faults: [] });
    runs.at(-1).faults.push(fault);
  }
  return runs;
}

function hasAlike(messages, text, at) {
  return messages.some(({ role, text: said, created_at: time }) => {
    const age = Date.parse(at) - Date.parse(time);
    return role === 'user' && said === text && age > 0 && age < ALIKE_MS;
  });
}
