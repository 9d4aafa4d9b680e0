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
