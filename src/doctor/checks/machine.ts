import { describeOrigin } from '../../settings/settings.js';
import { pass, warn, type Check } from '../check.js';

const OLDEST = [20, 12] as const;

/** The Node that runs us. */
export const node: Check = {
  name: 'node',
  run({ nodeVersion }) {
    const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
    const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
    const says = `Node ${nodeVersion}`;
    return isOld ? warn(says, `install Node ${OLDEST.join('.')} or later`) : pass(says);
  },
};

/** Our config file, and who may read it. */
export const config: Check = {
  name: 'config',
  run(ports) {
    const { path, isThere, warnings } = ports.config();
    if (warnings.length > 0)
      return warn(warnings.join('; '), 'a key that others may have read: replace it in the portal');
    return pass(isThere ? `${path}, yours alone` : `none yet: ${path}`);
  },
};

/** The `.env` that settings may come from. */
export const envFile: Check = {
  name: 'env_file',
  run: (ports) => pass(ports.envFile() ?? 'none in this folder'),
};

/** The profile that stored settings come from. */
export const profile: Check = {
  name: 'profile',
  run({ settings: { profile } }) {
    const { value, origin } = profile;
    return pass(origin.source === 'default' ? value : `${value} (${describeOrigin(origin)})`);
  },
};
