import { AppError } from '../../base/errors.js';
import type { Job, TestPorts } from '../../testing/run/results.js';

const QUESTION_MS = 10_000;

/**
 * Throws `not_found` for an assistant that does not exist, before any conversation is created for it. Other failures
 * are left to the cases, which report them.
 */
export async function assertAssistantsExist(
  jobs: readonly Job[],
  { getAssistant }: Pick<TestPorts, 'getAssistant'>,
  signal: AbortSignal,
): Promise<void> {
  const run = jobs.filter(({ skipReason }) => skipReason === undefined);
  const ids = new Set(run.flatMap(({ assistantIds }) => assistantIds));
  await Promise.all(
    [...ids].map(async (id) => {
      if (id === undefined) return;
      try {
        await getAssistant(id, { signal, timeoutMs: QUESTION_MS });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.kind === 'not_found') throw notThere(id, error);
      }
    }),
  );
}

function notThere(id: string, error: AppError): AppError {
  return error.but({
    message: `there is no assistant ${JSON.stringify(id)}: nothing was sent`,
    hint: 'telnyx-chat assistants lists those of this account',
  });
}
