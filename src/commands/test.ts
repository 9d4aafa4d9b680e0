import { openAccount, type Account, type AccountOptions } from '../account/account.js';
import { AppError } from '../base/errors.js';
import { loadFailedSend } from '../turn/turn.js';
import { defineCommand, type GroupValues } from '../command-line/command.js';
import type { Context } from '../process/context.js';
import { keepMemorySmall } from '../process/v8-flags.js';
import { write } from '../process/output.js';
import { isFileWord } from '../store/test-files.js';
import { readText } from '../store/files.js';
import { locate } from '../store/paths.js';
import { readReport, type EarlierCase } from '../testing/report/json.js';
import { hideSecrets } from '../testing/run/results.js';
import { listText, REPLAY, type PlanOptions } from '../testing/run/plan.js';
import { checkedId } from '../base/names.js';
import {
  appearanceFor,
  mayAsk,
  noticesOn,
  proseLines,
  proseOn,
  redactorFor,
} from './options/output.js';
import {
  assertFits,
  faultSettingsOf,
  flagsToRepeat,
  REPORTING,
  RUNNING,
  SELECTION,
  TEST_TARGET,
  updateOf,
  type UpdateMode,
} from './test/flags.js';
import { assertNoTestFiles, openLastRun, requestedReports } from './test/reports.js';
import { fitted, reportStyle } from './test/output.js';
import { runSuite, type FinishedRun, type RunSetup } from './test/run.js';
import { casesOf, readSuite, variablesOf, type Suite } from './test/suite.js';

const FLAGS = {
  target: TEST_TARGET,
  selection: SELECTION,
  running: RUNNING,
  reporting: REPORTING,
};

type Values = GroupValues<typeof FLAGS>;

/** Plays conversations from files and checks the replies. */
export const test = defineCommand({
  description:
    'Plays the conversations of .chat files with an assistant and checks what it says, which tools it calls and how long it takes. Without files: every *.chat below this folder.',
  arguments: {
    files: {
      help: 'a .chat file, a file and a line (orders.chat:14), or a folder',
      completes: 'files',
    },
  },
  flags: FLAGS,
  async run({ operands, ...values }, context) {
    const { target, selection, running, reporting } = values;
    const { mode, words } = updateOf(running, operands, (word) => isFileWord(word, context));
    const request = { ...target, ...selection, ...reporting, mode, mayAsk: mayAsk(context) };
    assertFits(running, request);
    const variables = variablesOf(running.variables);
    const complain = reporting.json ? undefined : await proseLines({}, context);
    const readFiles = (): Suite => readSuite(words, variables, { context, complain });
    if (selection.isListing) return list(readFiles(), selection, context);
    const reports = await requestedReports(reporting.reports, { json: reporting.json, context });
    const baseline = earlierRun(reporting.baseline, context);
    const read = (): Suite => {
      const suite = readFiles();
      assertNoTestFiles(reports, suite.found, context);
      return suite;
    };
    // A mistake in a file or in the selection needs no account to be found.
    const suite = running.isWatching ? undefined : read();
    if (suite) casesOf(suite, selection);
    await keepMemorySmall();
    const notices = await noticesOn(context, { ...target, ...reporting });
    const account = running.isReplay ? undefined : await accountOf(values, { context, notices });
    try {
      // Conversations are deleted and reports written also when nobody reads what is printed.
      context.outliveReader();
      const mask = await maskOf(values, account);
      const setup: RunSetup = {
        ...setupOf(values, { context, notices, account, mode }),
        ...{ reports, baseline, mask },
      };
      loadFailedSend();
      if (!suite) {
        const { watchSuite } = await import('./test/watch.js');
        return await watchSuite(words, read, setup);
      }
      const finished = await runSuite(suite, setup);
      await update(mode, { suite, finished, setup });
      return finished.exitCode;
    } finally {
      await account?.close();
    }
  },
});

async function list(
  suite: Suite,
  selection: Values['selection'],
  { stdout }: Context,
): Promise<number> {
  await write(stdout, listText(casesOf(suite, selection)));
  return 0;
}

function earlierRun(file: string | undefined, context: Context): EarlierCase[] | undefined {
  if (file === undefined) return undefined;
  const report = readText(locate(file, context));
  if (report !== undefined) return readReport(report, file);
  throw new AppError('usage', `there is no file ${JSON.stringify(file)}`, {
    hint: 'make one with --report json=run.json',
  });
}

async function accountOf(
  { target, running }: Values,
  options: Pick<AccountOptions, 'context' | 'notices'>,
): Promise<Account> {
  const { createUndiciTransport: openTransport } = await import('../api/undici-transport.js');
  return openAccount(
    { ...target, faults: faultSettingsOf(running) },
    { ...options, openTransport },
  );
}

type SetupOptions = Pick<RunSetup, 'context' | 'notices' | 'account'> & { mode: UpdateMode };

function setupOf(
  { target, selection, running, reporting }: Values,
  { context, notices, account, mode }: SetupOptions,
): Omit<RunSetup, 'reports' | 'baseline' | 'mask'> {
  const { assistants, tags, titles, onlyFailed } = selection;
  const { concurrency, keepsAll, simulates, versionId: version } = running;
  const versionId = version === undefined ? undefined : checkedId('version', version);
  return {
    context,
    notices,
    style: reportStyle(appearanceFor(reporting, context).color),
    isQuiet: reporting.quiet,
    isJson: reporting.json,
    account,
    plan: account ? { ...planOf(assistants, account), simulates } : REPLAY,
    selection: { tags, titles },
    onlyFailed,
    options: { concurrency, keepsAll, readsTools: mode !== 'none', versionId },
    last: openLastRun(context, notices),
    flags: flagsToRepeat(target, running, assistants),
  };
}

/** Hides the key, and with `--redact` personal data, in all that is printed or written. */
async function maskOf(
  { reporting }: Values,
  account: Account | undefined,
): Promise<RunSetup['mask']> {
  const withoutKey = hideSecrets([account?.settings.apiKey?.value ?? '']);
  const redactor = await redactorFor(reporting.redact);
  return redactor ? (text) => redactor.json(withoutKey(text)) : withoutKey;
}

/** In a sandbox its own assistant answers, whatever the files name. */
function planOf(
  given: readonly string[],
  { settings, isSandbox }: Account,
): Omit<PlanOptions, 'simulates'> {
  const defaultAssistantId = settings.assistantId?.value;
  const assistantIds = given.map((id) => checkedId('assistant', id));
  const own = isSandbox && defaultAssistantId !== undefined ? [defaultAssistantId] : [];
  return {
    assistantIds: assistantIds.length > 0 ? assistantIds : own,
    defaultAssistantId,
  };
}

async function update(
  mode: UpdateMode,
  { suite, finished, setup }: { suite: Suite; finished: FinishedRun; setup: RunSetup },
): Promise<void> {
  const { context, style } = setup;
  if (mode === 'none' || context.signal.aborted) return;
  const { updateFiles } = await import('./test/update.js');
  const { questionsOn } = await import('../terminal/questions.js');
  const questions = questionsOn(context, appearanceFor({ color: true }, context));
  const prose = await proseOn(context.stderr, {}, context);
  await updateFiles(suite, finished.results, {
    context,
    style,
    print: (line) => void context.stderr.write(fitted([line], prose)),
    ask: mode === 'ask' ? (question) => questions.confirm(question) : undefined,
  });
}
