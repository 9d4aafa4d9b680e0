import { describeOrigin } from '../../settings.js';
import { pass, type Check } from '../check.js';

/** The profile that stored settings come from. */
export const profile: Check = {
  name: 'profile',
  run({ settings: { profile } }) {
    const { value, origin } = profile;
    return pass(origin.source === 'default' ? value : `${value} (${describeOrigin(origin)})`);
  },
};
