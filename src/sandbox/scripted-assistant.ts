import type { Message } from './store.js';

const WORD = "[\\p{L}][\\p{L}'’-]*";
const NAME = "\\p{Lu}[\\p{L}'’-]*";

/** "I am" and "call me" need a capital letter: "I am lost" gives no name. */
const PATTERNS = [
  new RegExp(`\\b[Mm]y [Nn]ame is (${WORD}(?: ${NAME})*)`, 'u'),
  new RegExp(`\\b(?:I am|I['’]m|i am|i['’]m|[Cc]all me) (${NAME}(?: ${NAME})*)`, 'u'),
];

/** The name that a message gives, if any. */
function nameIn(text: string): string | undefined {
  return PATTERNS.map((pattern) => pattern.exec(text)?.[1]).find((name) => name !== undefined);
}

/** The last name that was given. */
function lastName(texts: readonly string[]): string | undefined {
  return texts.map(nameIn).findLast((name) => name !== undefined);
}

export interface ScriptedTurnInput {
  history: readonly Pick<Message, 'role' | 'text'>[];
  text: string;
  /** The API's `name`: who is speaking. */
  speaker?: string | undefined;
  /** The name of the conversation. */
  title?: string | undefined;
}

/** A text that the assistant says, or a call with the answer of its tool. */
export type TurnStep =
  | { type: 'reply'; text: string }
  | { type: 'call'; call: { name: string; arguments: string; result?: string | undefined } };

/** One turn of the assistant, in order. */
export type ScriptedTurn = readonly TurnStep[];

/** An assistant: its turn follows from the conversation. */
export type Script = (input: ScriptedTurnInput) => ScriptedTurn;

/** All that is said in a turn. */
export function replyIn(turn: ScriptedTurn): string {
  return turn.flatMap((step) => (step.type === 'reply' ? [step.text] : [])).join('\n');
}

interface Skill {
  pattern: RegExp;
  answer: (input: ScriptedTurnInput, match: RegExpExecArray) => string | ScriptedTurn;
}

/** The first skill whose pattern matches answers the message. */
const SKILLS: readonly Skill[] = [
  { pattern: /\b(?:what(?:'s|’s| is) my name|who am i)\b/i, answer: recallName },
  { pattern: /\bmarkdown\b/i, answer: () => MARKDOWN },
  {
    pattern: /\blong reply\b\D{0,20}(?<amount>[\d,]+)?\s*(?<unit>words?|kb)?/i,
    answer: (_, { groups }) => longReply(groups?.['amount'], groups?.['unit']),
  },
  {
    pattern: /\b[Ww]eather in (?<city>\p{L}[\p{L}'’-]*(?: \p{Lu}[\p{L}'’-]*)*)/u,
    answer: checkWeather,
  },
  { pattern: /\b(?:call|use) a tool\b|\bweather\b/i, answer: checkWeather },
  { pattern: /\bhow many (?:turns|messages)\b/i, answer: countTurns },
  { pattern: /\bfirst message\b|\bsay first\b/i, answer: repeatFirst },
  { pattern: /^\s*(?:help|what can you do)\b/i, answer: () => HELP },
];

/** The scripted assistant. Its answer follows from the conversation alone. */
export function replyTo(input: ScriptedTurnInput): ScriptedTurn {
  for (const { pattern, answer } of SKILLS) {
    const match = pattern.exec(input.text);
    if (match === null) continue;
    const turn = answer(input, match);
    return typeof turn === 'string' ? said(turn) : turn;
  }
  return said(greet(input) ?? fallback(input));
}

function said(text: string): ScriptedTurn {
  return [{ type: 'reply', text }];
}

function recallName(input: ScriptedTurnInput): string {
  const name = lastName([...userTexts(input), input.text]);
  if (name !== undefined) return `Your name is ${name}.`;
  if (input.speaker) return `You are speaking as ${input.speaker}.`;
  return 'You have not told me your name yet. Say "my name is …" and I will remember it.';
}

function checkWeather(_: ScriptedTurnInput, { groups }: RegExpExecArray): ScriptedTurn {
  const city = groups?.['city'] ?? 'Chicago';
  const result = { city, conditions: 'sunny', degrees_c: 21, source: 'made up by the sandbox' };
  const call = {
    name: 'get_weather',
    arguments: JSON.stringify({ city }),
    result: JSON.stringify(result),
  };
  const reply = `The get_weather tool says it is sunny and 21 °C in ${city}. The sandbox made that up.`;
  return [{ type: 'call', call }, ...said(reply)];
}

function countTurns(input: ScriptedTurnInput): string {
  return `This is turn ${userTexts(input).length + 1} of our conversation.`;
}

function repeatFirst(input: ScriptedTurnInput): string {
  const [first] = userTexts(input);
  return first === undefined
    ? 'This is your first message.'
    : `Your first message was: ${quote(first)}`;
}

function greet(input: ScriptedTurnInput): string | undefined {
  const name = nameIn(input.text);
  if (name !== undefined) return `Nice to meet you, ${name}. I will remember your name.`;
  if (!/^\s*(?:hi|hello|hey|good (?:morning|afternoon|evening))\b/i.test(input.text)) return;
  const known = lastName(userTexts(input)) ?? input.speaker;
  const who = known ? `, ${known}` : '';
  return `Hello${who}! I am the scripted assistant of the sandbox. Say "help" to see what I can do.`;
}

function fallback({ text }: ScriptedTurnInput): string {
  return `This is the sandbox: no model is behind it. You said: ${quote(text)}`;
}

function userTexts({ history }: ScriptedTurnInput): string[] {
  return history.filter(({ role }) => role === 'user').map(({ text }) => text ?? '');
}

const DEFAULT_WORDS = 400;
const MAX_WORDS = 20_000;
const MAX_KB = 256;
const MAX_QUOTE_LENGTH = 200;
const PARAGRAPH =
  'This is a long reply of the sandbox. It says nothing, but it says it at length, so that ' +
  'wrapping, scrolling and streaming can be seen to work. The next paragraph says the same.\n\n';

export const HELP = [
  'I am the scripted assistant of the sandbox. No model is behind me. Try:',
  '',
  '- "my name is Ada", and later "what is my name?"',
  '- "how many turns?" or "repeat my first message"',
  '- "show markdown"',
  '- "long reply", "long reply of 2000 words" or "long reply of 64 KB"',
  '- "what is the weather in Paris?" (calls a tool)',
].join('\n');

export const MARKDOWN = `# Markdown

Some **bold**, some *italic*, some \`code\`, and a [link](https://developers.telnyx.com).

1. First
2. Second
   - nested
   - nested too

> A quotation of two lines,
> for the renderer.

\`\`\`js
const answer = await chat('hello');
\`\`\`

| Day      | Open  |
| -------- | ----- |
| Saturday | 10–16 |
| Sunday   | no    |
`;

/** Filler text of this many words or KB, within bounds. */
export function longReply(amount?: string, unit = 'words'): string {
  const requested = Number(amount?.replaceAll(',', '') ?? DEFAULT_WORDS);
  if (unit.toLowerCase() === 'kb') return filler(clamp(requested, MAX_KB) * 1024);
  const words = clamp(requested, MAX_WORDS);
  const [text = ''] = new RegExp(`^(?:\\S+\\s+){${words - 1}}\\S+`).exec(filler(words * 8)) ?? [];
  return text;
}

/** The text in quotes; a long one is cut. */
export function quote(text: string): string {
  const characters = Array.from(text.slice(0, 2 * MAX_QUOTE_LENGTH + 2));
  if (characters.length <= MAX_QUOTE_LENGTH) return `"${text}"`;
  return `"${characters.slice(0, MAX_QUOTE_LENGTH).join('')}…"`;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(1, Number.isNaN(value) ? max : value), max);
}

function filler(length: number): string {
  return PARAGRAPH.repeat(Math.ceil(length / PARAGRAPH.length)).slice(0, length);
}
