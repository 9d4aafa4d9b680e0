import { hrtime, platform } from 'node:process';
import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import { systemClock, randomId } from '../process/system.js';
import type { ChatFile } from '../testing/chat-file/chat-file.js';
import { parseChatFile as parse } from '../testing/chat-file/parse.js';
import { type JsonReport, jsonReport } from '../testing/report/json.js';
import { plannedJobs, REPLAY } from '../testing/run/plan.js';
import { clientPorts } from '../testing/run/ports.js';
import { hideSecrets, maskedResult, type Job } from '../testing/run/results.js';
import { replayTests, runTests } from '../testing/run/run-tests.js';
import {
  assistantId,
  checked,
  clientSettings,
  count,
  flag,
  object,
  signal,
  text,
  texts,
} from './checks.js';
import { type ClientSettings, openApi } from './create-client.js';

/** How a `.chat` file is read. */
export interface ChatFileOptions {
  /** Its name in mistakes and reports; `file.chat` by default. */
  path?: string | undefined;
  /** The values of `{{name}}`. */
  variables?: Record<string, string> | undefined;
}

/** A case of a `.chat` file. */
export interface ChatFileCase {
  readonly title: string;
  readonly tags: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** The conversations of a `.chat` file, as {@link parseChatFile} gives them. */
export interface ParsedChatFile {
  readonly path: string;
  readonly cases: readonly ChatFileCase[];
}

/** How the cases of a file are run, and with which account. */
export interface RunChatFileSettings extends Omit<ClientSettings, 'apiKey'> {
  /** A key of the Telnyx portal; a replay needs none. */
  apiKey?: string | undefined;
  /** The assistant of cases that name none. */
  assistantId?: string | undefined;
  /** Checks the file against its own recording; nothing is sent. */
  replay?: boolean | undefined;
  /** Cases at a time; 2 by default. */
  concurrency?: number | undefined;
  /** Whether conversations stay after a pass. */
  keep?: boolean | undefined;
  /** Which cases are run; all by default. */
  only?: ((each: ChatFileCase) => boolean) | undefined;
  /** Aborted, the run ends with what was done. */
  signal?: AbortSignal | undefined;
}

/** The report of `telnyx-chat test --json`; its schema is `telnyx-chat/dist/report.schema.json`. */
export type ChatFileReport = JsonReport;

const chatFileOptions = v.optional(
  object({ path: v.optional(text, 'file.chat'), variables: v.optional(texts, {}) }),
  {},
);

type ChooseCase = NonNullable<RunChatFileSettings['only']>;

const runSettings = object({
  assistantId: v.optional(assistantId),
  replay: v.optional(flag, false),
  concurrency: v.optional(count, 2),
  keep: v.optional(flag, false),
  only: v.optional(v.custom<ChooseCase>((given) => typeof given === 'function', 'a function')),
  signal: v.optional(signal),
});

/** The library reads no environment, has no flags, and simulates no callers. */
const WORDS = {
  assistant: 'assistantId is required',
  assistantHint: 'pass it to runChatFile, or begin the file with assistant: <id>',
  simulated: 'runChatFile runs no simulated callers: telnyx-chat test does',
};

const parsed = new WeakMap<ParsedChatFile, ChatFile>();

/**
 * The conversations of a `.chat` file, of its text or its bytes.
 *
 * @throws TelnyxChatError of kind `usage`, whose message begins with `path:line:column` of the first mistake.
 */
export function parseChatFile(
  source: string | Uint8Array,
  options?: ChatFileOptions,
): ParsedChatFile {
  const { path, variables } = checked(chatFileOptions, options, 'the options of parseChatFile');
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    throw new AppError('usage', 'the file must be a string or bytes', {
      hint: 'pass what readFile gives',
    });
  }
  const file = parse(path, Buffer.from(source), new Map(Object.entries(variables)));
  const cases = file.cases.map(({ title, tags, line }) => ({ title, tags, line }));
  const result = { path, cases };
  parsed.set(result, file);
  return result;
}

/**
 * Runs the cases of a file as `telnyx-chat test` does. A case that fails is in the report, and no error.
 *
 * @throws TelnyxChatError of kind `usage` for invalid settings, `not_configured` without a key or an assistant.
 */
export async function runChatFile(
  file: ParsedChatFile,
  settings: RunChatFileSettings,
): Promise<ChatFileReport> {
  const found = parsed.get(file);
  if (!found) {
    throw new AppError('usage', 'the file was not made by parseChatFile', {
      hint: 'pass what it returned, and no copy',
    });
  }
  const given = checked(runSettings, settings, 'the settings of runChatFile');
  const { assistantId, only } = given;
  const cases = found.cases.filter(only ?? (() => true)).map((test) => ({ file: found, test }));
  const plan = {
    assistantIds: [],
    defaultAssistantId: assistantId,
    simulates: false,
    words: WORDS,
  };
  const header = { run: randomId(platform), started: systemClock(hrtime).now() };
  const jobs = plannedJobs(cases, given.replay ? REPLAY : plan);
  if (given.replay) return jsonReport(header, replayTests(jobs).results);
  return jsonReport(header, await liveResults(jobs, settings, { ...given, runId: header.run }));
}

interface LiveOptions {
  runId: string;
  concurrency: number;
  keep: boolean;
  signal?: AbortSignal | undefined;
}

async function liveResults(
  jobs: readonly Job[],
  settings: RunChatFileSettings,
  { runId, concurrency, keep, signal = new AbortController().signal }: LiveOptions,
) {
  const { timeoutMs, ...account } = checked(
    clientSettings,
    settings,
    'the settings of runChatFile',
  );
  const api = openApi(account);
  const options = { runId, concurrency, signal, timeoutMs, keepsAll: keep, readsTools: false };
  try {
    const ports = clientPorts(api, { stream: true });
    const { results } = await runTests(jobs, { ports, options, onEvent: () => undefined });
    return results.map((result) => maskedResult(result, hideSecrets([account.apiKey])));
  } finally {
    api.close();
  }
}
