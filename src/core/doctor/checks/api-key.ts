import { masked } from '../../masked.js';
import { missingKey } from '../../required-settings.js';
import { describeOrigin } from '../../settings.js';
import { pass, type Check } from '../check.js';

/** The key, and where it comes from. */
export const apiKey: Check = {
  name: 'api_key',
  async run(ports) {
    const key = await ports.key();
    if (!key) throw missingKey();
    return pass(`${masked(key.value)} (${describeOrigin(key.origin)})`);
  },
};
