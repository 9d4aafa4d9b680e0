import { percentile } from '../../base/time.js';
import { oneLine } from '../../base/text/sanitize.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { sparkline, type Counts, type Stats } from '../../conversations/stats.js';
import type { Context } from '../../process/context.js';
import { stylesFor } from '../../terminal/styles.js';
import { appearanceFor, type Prose } from '../options/output.js';

interface StatsPrinting {
  json: boolean;
  csv: boolean;
  color: boolean;
  /** Whether all that was chosen was counted. */
  isComplete: boolean;
  context: Context;
  /** For a terminal. */
  prose: Prose;
}

/** Counts as rows for people, one object with `--json`, a line for each day and channel with `--csv`. */
export function statsText(stats: Stats, printing: StatsPrinting): string {
  const { json, csv, isComplete, context } = printing;
  if (json) return jsonLine({ ...statsJson(stats), complete: isComplete });
  if (csv) return csvLines(stats);
  return context.stdout.isTTY ? readable(stats, printing) : tabbed(stats);
}

function statsJson(stats: Stats): object {
  const [first, last] = [stats.days()[0]?.[0] ?? null, stats.days().at(-1)?.[0] ?? null];
  const byDay = stats.rows().map(({ day, channel, ...counts }) => ({
    ...{ day: day || null, channel: channel || null },
    ...countsJson(counts),
  }));
  return { first_day: first, last_day: last, ...countsJson(stats.total()), by_day: byDay };
}

function countsJson(counts: Counts): Record<string, number | null> {
  const { firstReplyMs, answerMs } = counts;
  return {
    conversations: counts.conversations,
    turns: counts.turns,
    tool_calls: counts.toolCalls,
    tool_calls_failed: counts.failedToolCalls,
    taken_over: counts.takenOver,
    with_insights: counts.withInsights,
    answered: answerMs.length,
    first_reply_ms_median: percentile(firstReplyMs, 0.5) ?? null,
    first_reply_ms_p95: percentile(firstReplyMs, 0.95) ?? null,
    answer_ms_median: percentile(answerMs, 0.5) ?? null,
    answer_ms_p95: percentile(answerMs, 0.95) ?? null,
  };
}

/** Line ends and quotes as RFC 4180 has them, but for `\n`, which every reader takes. */
function csvLines(stats: Stats): string {
  const titles = ['day', 'channel', ...Object.keys(countsJson(stats.total()))];
  const rows = stats
    .rows()
    .map(({ day, channel, ...counts }) => [day, channel, ...Object.values(countsJson(counts))]);
  return [titles, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');
}

/** A spreadsheet would run a text that begins like a formula. */
function csvField(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = oneLine(value).replace(/^(?=[=+\-@])/, "'");
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Row = [label: string, value: string, note: string];

function rowsOf(stats: Stats): Row[] {
  const total = stats.total();
  const { conversations, turns } = total;
  const days = stats.days();
  const span =
    days.length === 0 ? '' : `started ${days[0]?.[0] ?? ''} to ${days.at(-1)?.[0] ?? ''}`;
  const each = conversations === 0 ? '' : `${(turns / conversations).toFixed(1)} in each`;
  return [
    ['conversations', String(conversations), span],
    ...stats
      .channels()
      .map(([channel, count]): Row => [`  ${oneLine(channel) || 'no channel'}`, String(count), '']),
    ['turns', String(turns), each],
    ['tool calls', String(total.toolCalls), `${total.failedToolCalls} failed`],
    timeRow('first reply', total.firstReplyMs),
    timeRow('answer', total.answerMs),
    ['taken over', String(total.takenOver), ''],
    ['with insights', String(total.withInsights), ''],
  ];
}

function timeRow(label: string, values: readonly number[]): Row {
  const [median, p95] = [percentile(values, 0.5), percentile(values, 0.95)];
  if (median === undefined || p95 === undefined) return [label, '', 'unknown'];
  return [label, seconds(median), `median of ${values.length}; 95% within ${seconds(p95)}`];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function tabbed(stats: Stats): string {
  return rowsOf(stats)
    .map((row) => `${row.map((cell) => cell.trim()).join('\t')}\n`)
    .join('');
}

function readable(stats: Stats, { color, context, prose }: StatsPrinting): string {
  const appearance = appearanceFor({ color }, context);
  const { bold, dim } = stylesFor(appearance);
  const rows = rowsOf(stats);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [first = 0, second = 0] = widths;
  const lines = rows.map(([label, value, note]) => {
    const line = `${label.padEnd(first)}  ${bold(value.padStart(second))}  ${dim(note)}`.trimEnd();
    return prose(line, first + second + 4);
  });
  const days = stats.days();
  // A plot of a day or two says nothing, and a screen reader reads each bar.
  if (days.length > 2 && !appearance.screenReader) {
    const room = (context.stdout.columns || 80) - first - 2;
    const counts = days.map(([, count]) => count);
    lines.push(`${'per day'.padEnd(first)}  ${sparkline(counts, room)}`.trimEnd());
  }
  return lines.map((line) => `${line}\n`).join('');
}
