import { missingKey, requireAssistant } from '../../settings/resolve.js';
import { describeOrigin, masked } from '../../settings/settings.js';
import { pass, warn, type DoctorCheck } from '../check.js';

const MIN_NODE = [20, 12] as const;

/** The Node that runs us. */
export const nodeCheck: DoctorCheck = {
  name: 'node',
  run({ nodeVersion }) {
    const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
    const isOld = major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]);
    const says = `Node ${nodeVersion}`;
    return isOld ? warn(says, `install Node ${MIN_NODE.join('.')} or later`) : pass(says);
  },
};

/** Our config file, and whether it is private. */
export const configCheck: DoctorCheck = {
  name: 'config',
  run(ports) {
    const { path, isThere, warnings } = ports.config();
    if (warnings.length > 0)
      return warn(
        warnings.join('; '),
        'other users may have read the key: replace it in the Telnyx portal',
      );
    return pass(isThere ? `${path}, private` : `none yet: ${path}`);
  },
};

/** The `.env` that settings may come from. */
export const envFileCheck: DoctorCheck = {
  name: 'env_file',
  run: (ports) => pass(ports.envFile() ?? 'none in this folder'),
};

/** The profile that stored settings come from. */
export const profileCheck: DoctorCheck = {
  name: 'profile',
  run({ settings: { profile } }) {
    const { value, origin } = profile;
    return pass(origin.source === 'default' ? value : `${value} (${describeOrigin(origin)})`);
  },
};

/** The key and its origin. */
export const apiKeyCheck: DoctorCheck = {
  name: 'api_key',
  async run(ports) {
    const key = await ports.key();
    if (!key) throw missingKey();
    return pass(`${masked(key.value)} (${describeOrigin(key.origin)})`);
  },
};

/** The assistant of turns, and the origin of its id. */
export const assistantIdCheck: DoctorCheck = {
  name: 'assistant_id',
  run({ settings }) {
    const id = requireAssistant(settings);
    const { origin } = settings.assistantId ?? {};
    return pass(`${id}${origin ? ` (${describeOrigin(origin)})` : ''}`);
  },
};

/** The URL of the API. */
export const baseUrlCheck: DoctorCheck = {
  name: 'base_url',
  run({ settings: { baseUrl } }) {
    return pass(`${baseUrl.value} (${describeOrigin(baseUrl.origin)})`);
  },
};
