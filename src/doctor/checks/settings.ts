import { missingKey, requireAssistant } from '../../settings/resolve.js';
import { masked, describeOrigin } from '../../settings/settings.js';
import { pass, type DoctorCheck } from '../check.js';

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
