// Loaded late: only `--update` needs it.
import { AppError } from '../../base/errors.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import type { Context } from '../../process/context.js';
import { readChatBytes, rewriteFile, type NamedFile } from '../../store/test-files.js';
import {
  type ChatFile,
  type ScriptedTurn,
  printSource,
} from '../../testing/chat-file/chat-file.js';
import { acceptedFile, isChange, type Acceptance } from '../../testing/recording/recording.js';
import { turnLines, type ReportStyle } from '../../testing/report/turn-lines.js';
import type { CaseResult, TurnResult } from '../../testing/run/results.js';
import type { Suite } from './suite.js';

export interface UpdateOptions {
  context: Context;
  style: ReportStyle;
  /** Prints lines for the person. */
  print: (line: string) => void;
  /** Asks whether a reply is accepted; undefined ends the questions. Without it, all are. */
  ask: ((question: string) => Promise<boolean | undefined>) | undefined;
}

/** A turn that went otherwise than the file has it. */
interface Change {
  acceptance: Acceptance;
  result: TurnResult;
}

/** Puts what the assistant said and called into the files, for turns whose checks hold. */
export async function updateFiles(
  suite: Suite,
  results: readonly CaseResult[],
  options: UpdateOptions,
): Promise<void> {
  let isEnded = false;
  let count = 0;
  for (const file of suite.files) {
    const changes = changesOf(results.filter((result) => result.file === file.path));
    const accepted: Acceptance[] = [];
    for (const change of changes) {
      const answer: boolean | undefined = isEnded ? false : await isAccepted(file, change, options);
      isEnded ||= answer === undefined;
      if (answer) accepted.push(change.acceptance);
    }
    const found = suite.found.find(({ name }) => name === file.path);
    if (accepted.length === 0 || !found) continue;
    rewrite(file, found, { accepted, context: options.context });
    count += accepted.length;
    const turns = `${accepted.length} ${accepted.length === 1 ? 'turn' : 'turns'}`;
    options.print(`updated ${sanitizeLine(file.path)}: ${turns}`);
  }
  if (count === 0) options.print('no file was changed');
}

/** The last run of each turn whose checks held, where it differs from the file. */
function changesOf(results: readonly CaseResult[]): Change[] {
  const latest = new Map<ScriptedTurn, Change>();
  for (const result of results.flatMap(({ runs }) => runs).flatMap(({ turns }) => turns)) {
    const { turn, reply, tools, checks } = result;
    // Calls that are not known are not replaced.
    if (!turn || !tools || checks.some(({ verdict }) => verdict !== 'passed')) continue;
    latest.set(turn, { acceptance: { turn, reply, calls: tools }, result });
  }
  return [...latest.values()]
    .filter(({ acceptance }) => isChange(acceptance))
    .sort((a, b) => a.result.line - b.result.line);
}

async function isAccepted(
  { path }: ChatFile,
  { result }: Change,
  { ask, print, style }: UpdateOptions,
): Promise<boolean | undefined> {
  if (!ask) return true;
  print(`${sanitizeLine(path)}:${result.line}`);
  for (const line of turnLines(result, style)) print(line);
  return ask('Accept this reply?');
}

function rewrite(
  file: ChatFile,
  found: NamedFile,
  { accepted, context }: { accepted: Acceptance[]; context: Context },
): void {
  if (!readChatBytes(found).equals(printSource(file.source))) {
    throw new AppError('usage', `${file.path} was changed while its tests ran`, {
      hint: 'it was left as it is: run it again',
    });
  }
  rewriteFile(found.path, acceptedFile(file, accepted), context.randomId());
}
