import { AppError } from '../../base/errors.js';
import { jsonText } from '../../base/text/well-formed.js';
import { isJsonObject, jsonValue } from '../chat-file/syntax.js';
import {
  type CaseResult,
  type CaseVerdict,
  type RunResult,
  type RunVerdict,
  type TurnResult,
  countsOf,
  type Counts,
} from '../run/results.js';

/** The run that a report is about. */
export interface ReportHeader {
  /** The id of the run. */
  run: string;
  /** When it began. */
  started: Date;
}

/** The report for programs; its schema is `reportSchema`. */
export interface JsonReport {
  run: string;
  /** ISO 8601. */
  started: string;
  counts: Counts;
  cases: JsonCase[];
}

export interface JsonCase {
  file: string;
  line: number;
  title: string;
  tags: string[];
  assistant: string | null;
  verdict: CaseVerdict;
  reason: string;
  runs: JsonRun[];
}

export interface JsonRun {
  verdict: RunVerdict;
  reason: string;
  conversation: string | null;
  ms: number;
  turns: JsonTurn[];
}

interface JsonTurn {
  line: number;
  said: string;
  reply: string | null;
  tools: { name: string; arguments: string; result: string | null }[];
  first_token_ms: number | null;
  total_ms: number | null;
  recovered: boolean;
  checks: { line: number; check: string; verdict: RunVerdict; reason: string }[];
}

export function jsonReport(
  { run, started }: ReportHeader,
  results: readonly CaseResult[],
): JsonReport {
  const cases = results.map(jsonCase);
  return { run, started: started.toISOString(), counts: countsOf(results), cases };
}

/** The report as a text that no runner and no terminal takes for a command. */
export function jsonReportText(report: JsonReport): string {
  return `${inertJson(report)}\n`;
}

/** JSON in which the runner of a workflow finds no command. */
export function inertJson(value: unknown): string {
  return jsonText(value).replaceAll('##[', '#\\u0023[');
}

function jsonCase({ assistantId, runs, ...rest }: CaseResult): JsonCase {
  const { file, line, title, tags, verdict, reason } = rest;
  const assistant = assistantId ?? null;
  return { file, line, title, tags, assistant, verdict, reason, runs: runs.map(jsonRun) };
}

function jsonRun({ verdict, reason, conversationId, ms, turns }: RunResult): JsonRun {
  return { verdict, reason, conversation: conversationId ?? null, ms, turns: turns.map(jsonTurn) };
}

function jsonTurn({ line, said, reply, tools, checks, ...turn }: TurnResult): JsonTurn {
  return {
    line,
    said,
    reply: reply ?? null,
    tools: (tools ?? []).map(({ name, arguments: args, result }) => ({
      name,
      arguments: args,
      result: result ?? null,
    })),
    first_token_ms: turn.firstWordMs ?? null,
    total_ms: turn.totalMs ?? null,
    recovered: turn.isRecovered,
    checks,
  };
}

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const count = { type: 'integer', minimum: 0 };
const countOrNull = { type: ['integer', 'null'], minimum: 0 };
const line = { type: 'integer', minimum: 1 };
const verdict = { enum: ['passed', 'failed', 'error'] };

/** An object with all of these properties and no others. */
function object(properties: Record<string, Schema>): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const list = (items: Schema): Schema => ({ type: 'array', items });

const VERDICTS: readonly unknown[] = ['passed', 'flaky', 'failed', 'error', 'skipped'];

const check = object({ line, check: text, verdict, reason: text });
const tool = object({ name: text, arguments: text, result: textOrNull });

const turn = object({
  line,
  said: text,
  reply: textOrNull,
  tools: list(tool),
  first_token_ms: countOrNull,
  total_ms: countOrNull,
  recovered: { type: 'boolean' },
  checks: list(check),
});

const run = object({
  verdict,
  reason: text,
  conversation: textOrNull,
  ms: count,
  turns: list(turn),
});

const testCase = object({
  file: text,
  line,
  title: text,
  tags: list(text),
  assistant: textOrNull,
  verdict: { enum: VERDICTS },
  reason: text,
  runs: list(run),
});

/** JSON Schema of the JSON report. */
export const reportSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Report of telnyx-chat test',
  ...object({
    run: text,
    started: { type: 'string', format: 'date-time' },
    counts: object({ passed: count, flaky: count, failed: count, errors: count, skipped: count }),
    cases: list(testCase),
  }),
};

/** A case of an earlier report, as far as it is compared. */
export interface EarlierCase {
  file: string;
  title: string;
  assistant: string | null;
  verdict: CaseVerdict;
}

/** The changes since an earlier run. Only cases that got worse fail. */
export interface Comparison {
  worse: CaseResult[];
  fixed: CaseResult[];
  /** Cases that passed before and are flaky now: reported, but no failure. */
  flakier: CaseResult[];
  /** Cases that the earlier run did not have. Failed ones are in `worse` too, but are reported once, as new. */
  added: CaseResult[];
}

const HOW_TO_MAKE = 'make one with --report json=run.json';

/** The cases of a JSON report. Throws `usage` when the text is none. */
export function readReport(text: string, name: string, hint = HOW_TO_MAKE): EarlierCase[] {
  const report = jsonValue(text);
  const cases: unknown = isJsonObject(report) ? report['cases'] : undefined;
  if (Array.isArray(cases) && cases.every(isEarlierCase)) return cases;
  throw new AppError('usage', `${name} is not a report of telnyx-chat test`, { hint });
}

function isEarlierCase(value: unknown): value is EarlierCase {
  if (!isJsonObject(value)) return false;
  const { file, title, assistant, verdict } = value;
  const isNamed = typeof file === 'string' && typeof title === 'string';
  return (
    isNamed && (assistant === null || typeof assistant === 'string') && VERDICTS.includes(verdict)
  );
}

/** The cases that failed or were errors, for `--failed`. */
export function failedCases(cases: readonly EarlierCase[]): { file: string; title: string }[] {
  return cases.filter(({ verdict }) => isBad(verdict));
}

export function compared(
  results: readonly CaseResult[],
  earlier: readonly EarlierCase[],
): Comparison {
  const before = new Map(
    earlier.map((each) => [keyOf(each.file, each.title, each.assistant), each.verdict]),
  );
  const comparison: Comparison = { worse: [], fixed: [], flakier: [], added: [] };
  for (const result of results) {
    const { file, title, assistantId, verdict } = result;
    const then = before.get(keyOf(file, title, assistantId ?? null));
    if (then === undefined) comparison.added.push(result);
    if ((then === undefined || isGood(then)) && isBad(verdict)) comparison.worse.push(result);
    if (then !== undefined && isBad(then) && isGood(verdict)) comparison.fixed.push(result);
    if (then === 'passed' && verdict === 'flaky') comparison.flakier.push(result);
  }
  return comparison;
}

function keyOf(file: string, title: string, assistant: string | null): string {
  return JSON.stringify([file, title, assistant]);
}

const isGood = (verdict: CaseVerdict): boolean => verdict === 'passed' || verdict === 'flaky';
const isBad = (verdict: CaseVerdict): boolean => verdict === 'failed' || verdict === 'error';
