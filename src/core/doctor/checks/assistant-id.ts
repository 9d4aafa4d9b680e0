import { requireAssistant } from '../../required-settings.js';
import { describeOrigin } from '../../settings.js';
import { pass, type Check } from '../check.js';

/** The assistant that turns go to, and where its id comes from. */
export const assistantId: Check = {
  name: 'assistant_id',
  run({ settings }) {
    const id = requireAssistant(settings);
    const { origin } = settings.assistantId ?? {};
    return pass(`${id}${origin ? ` (${describeOrigin(origin)})` : ''}`);
  },
};
