import { describeOrigin } from '../../settings.js';
import { pass, type Check } from '../check.js';

/** Where the API is. */
export const baseUrl: Check = {
  name: 'base_url',
  run({ settings: { baseUrl } }) {
    return pass(`${baseUrl.value} (${describeOrigin(baseUrl.origin)})`);
  },
};
