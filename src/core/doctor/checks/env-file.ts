import { pass, type Check } from '../check.js';

/** The `.env` that settings may come from. */
export const envFile: Check = {
  name: 'env_file',
  run: (ports) => pass(ports.envFile() ?? 'none in this folder'),
};
