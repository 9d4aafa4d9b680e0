// Renders a 5 MB reply as it streams, sanitized and in colour; prints its rate, that of markdown-it for
// all of it at once, and how memory grows.
import MarkdownIt from 'markdown-it';
import { keepMemorySmall } from '../../src/process/v8-flags.js';
import { openReplyPrinter } from '../../src/terminal/reply-printer.js';

const REPLY_BYTES = 5_000_000;
const PIECE = 40;

const SECTION = `## Opening hours

We are open **Monday to Friday**, from \`9:00\` to *18:00*; see [the site](https://example.com/hours).

- on weekends: closed
- on holidays: call +1 555 0100
  - or write to help@example.com

\`\`\`js
const open = (day) => day > 0 && day < 6;
\`\`\`

| day | from | to |
| --- | ---- | -- |
| Mon | 9:00 | 18:00 |

A plain paragraph follows, which goes on for a while and has nothing special in it but words.

`;

const APPEARANCE = {
  ...{ color: true, noticeColor: true, screenReader: false, dumb: false, animation: false },
  ...{ markdown: true, raw: false, wrap: true },
};

const replyOf = (bytes: number): string => SECTION.repeat(Math.ceil(bytes / SECTION.length));

/** One reply; gives the milliseconds it took. */
async function render(bytes: number): Promise<number> {
  const reply = replyOf(bytes);
  const printer = await openReplyPrinter(APPEARANCE, { isTTY: true, columns: 80 });
  const started = process.hrtime.bigint();
  let printed = 0;
  for (let start = 0; start < bytes; start += PIECE) {
    printed += printer.write(reply.slice(start, start + PIECE)).length;
  }
  printed += printer.end().length;
  if (printed < bytes / 2) throw new Error('hardly anything was printed');
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** The same reply in one piece, to HTML. */
function renderAtOnce(bytes: number): number {
  const reply = replyOf(bytes);
  const markdown = new MarkdownIt();
  const started = process.hrtime.bigint();
  if (markdown.render(reply).length < bytes) throw new Error('hardly anything was rendered');
  return Number(process.hrtime.bigint() - started) / 1e6;
}

const rateOf = (ms: number): number => REPLY_BYTES / 1e6 / (ms / 1000);

void keepMemorySmall().then(async () => {
  const rate = rateOf(await render(REPLY_BYTES));
  for (let count = 0; count < 4; count++) await render(REPLY_BYTES);
  const before = process.memoryUsage().rss;
  for (let count = 0; count < 10; count++) await render(REPLY_BYTES);
  const growth = (process.memoryUsage().rss - before) / 2 ** 20;
  const reference = rateOf(renderAtOnce(REPLY_BYTES));
  process.stdout.write(JSON.stringify({ rate, reference, growth }));
});
