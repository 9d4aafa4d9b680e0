import { pass, type Check } from '../check.js';

/** Whether the API accepts the key. */
export const account: Check = {
  name: 'account',
  needs: ['api_key', 'base_url', 'tls'],
  async run(ports) {
    const { length } = await (await ports.account()).assistants();
    return pass(`the key is accepted; ${length} ${length === 1 ? 'assistant' : 'assistants'}`);
  },
};
