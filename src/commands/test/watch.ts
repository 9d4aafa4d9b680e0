// Loaded late: only `--watch` needs it.
import { AppError } from '../../base/errors.js';
import type { CallOptions } from '../../base/time.js';
import type { Assistant } from '../../conversations/conversation.js';
import type { Context } from '../../process/context.js';
import { findChatFiles, stampOf } from '../../store/test-files.js';
import { printError } from '../options/output.js';
import { runSuite, type FinishedRun, type RunSetup } from './run.js';
import type { Suite } from './suite.js';

const LOOK_MS = 500;
/** A file that has not changed for this long, in milliseconds, has been saved completely. */
const SETTLED_MS = 100;
/** Assistants are asked for less often than files are looked at. */
const LOOKS_PER_QUESTION = 10;
const QUESTION_MS = 5_000;

/**
 * Runs the tests again when a file changes, those of the file; when an assistant does, all. A file with mistakes is
 * reported, and watched on.
 */
export async function watchSuite(
  words: readonly string[],
  read: () => Suite,
  setup: RunSetup,
): Promise<never> {
  const { context, account } = setup;
  const client = account?.client;
  const getAssistant = client && ((id: string, call: CallOptions) => client.getAssistant(id, call));
  const watcher = openWatcher({ context, words, getAssistant });
  const assistantIds = new Set<string>();
  for (let changed: Changed = 'all'; ;) {
    const finished = await runChanged(changed, read, setup);
    for (const { assistantId } of finished?.results ?? []) {
      if (assistantId !== undefined) assistantIds.add(assistantId);
    }
    context.signal.throwIfAborted();
    context.stderr.write('watching for changes; Ctrl-C ends it\n');
    changed = await watcher.changed(assistantIds);
  }
}

async function runChanged(
  changed: Changed,
  read: () => Suite,
  setup: RunSetup,
): Promise<FinishedRun | undefined> {
  try {
    const suite = read();
    const isChanged = ({ path }: { path: string }): boolean =>
      changed === 'all' || changed.files.has(path);
    return await runSuite({ ...suite, files: suite.files.filter(isChanged) }, setup);
  } catch (error) {
    const isToMend = error instanceof AppError && ['usage', 'not_found'].includes(error.kind);
    if (!isToMend) throw error;
    await printError(error, {}, setup.context);
    return undefined;
  }
}

/** The files to run again, by name, or all of them. */
type Changed = { files: ReadonlySet<string> } | 'all';

interface WatchOptions {
  context: Context;
  words: readonly string[];
  /** Undefined in a replay, which has no assistants. */
  getAssistant: ((id: string, call: CallOptions) => Promise<Assistant>) | undefined;
}

interface Watcher {
  /** Resolves when a file has changed or come, or one of the assistants has changed. */
  changed(assistantIds: ReadonlySet<string>): Promise<Changed>;
}

/** Watches the files that the words name, from now on. */
function openWatcher({ context, words, getAssistant }: WatchOptions): Watcher {
  const { clock, signal } = context;
  let files = stampsOf(words, context);
  const assistants = new Map<string, string>();
  const hasChanged = async (id: string): Promise<boolean> => {
    const now = await assistantText(id);
    const before = assistants.get(id);
    if (now !== undefined) assistants.set(id, now);
    return now !== undefined && before !== undefined && now !== before;
  };
  return {
    async changed(assistantIds) {
      for (let count = 0; ; count++) {
        const before = files;
        files = stampsOf(words, context);
        if (changedIn(files, before).length > 0) files = await settled(files, { context, words });
        const names = changedIn(files, before);
        if (names.length > 0) return { files: new Set(names) };
        const isAsking = count % LOOKS_PER_QUESTION === 0;
        const changes = isAsking ? await Promise.all([...assistantIds].map(hasChanged)) : [];
        if (changes.includes(true)) return 'all';
        await clock.sleep(LOOK_MS, signal);
      }
    },
  };

  /** Undefined when it cannot be read now. */
  async function assistantText(id: string): Promise<string | undefined> {
    try {
      return JSON.stringify(await getAssistant?.(id, { signal, timeoutMs: QUESTION_MS }));
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      return undefined;
    }
  }
}

/** Stamps by the names of their files. */
type Stamps = ReadonlyMap<string, string>;

/** The stamps once nothing has changed for a moment. */
async function settled(
  stamps: Stamps,
  { context, words }: Pick<WatchOptions, 'context' | 'words'>,
): Promise<Stamps> {
  for (let last = stamps; ;) {
    await context.clock.sleep(SETTLED_MS, context.signal);
    const now = stampsOf(words, context);
    if (changedIn(now, last).length === 0) return now;
    last = now;
  }
}

function changedIn(now: Stamps, before: Stamps): string[] {
  return [...now].filter(([name, stamp]) => before.get(name) !== stamp).map(([name]) => name);
}

/** A file that is gone has no stamp. */
function stampsOf(words: readonly string[], context: Context): Stamps {
  try {
    return new Map(findChatFiles(words, context).map((file) => [file.name, stampOf(file)]));
  } catch (error) {
    if (error instanceof AppError) return new Map();
    throw error;
  }
}
