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
