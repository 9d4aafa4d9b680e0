import type { Context } from '../../process/context.js';
import type { Settings } from '../../settings/settings.js';
import type { Notify } from '../../account/account.js';
import { openInputHistory, type InputHistory } from '../../store/input-history.js';
import { storePaths } from '../../store/paths.js';

/** What was typed in earlier chats; undefined when nothing may be kept. */
export function historyFor(
  { history }: Settings,
  context: Context,
  notify: Notify,
): InputHistory | undefined {
  if (!history.value) return undefined;
  const onWarning = (message: string): void => notify(`warning: ${message}`);
  const guard = { platform: context.platform, warn: onWarning };
  return openInputHistory({ directory: storePaths(context).state, guard, onWarning });
}
