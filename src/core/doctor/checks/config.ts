import { pass, warn, type Check } from '../check.js';

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
