import { pass, type Check } from '../check.js';

const ADDRESS = /^[\d.]+$|:/;

/** Whether the first host on the way has an address. */
export const dns: Check = {
  name: 'dns',
  needs: ['base_url', 'proxy'],
  async run({ route, network }) {
    const { host, proxy } = route();
    const first = proxy?.host ?? host;
    if (ADDRESS.test(first)) return pass(`${first} is an address`);
    return pass(`${first} is ${(await network.lookUp(first)).join(', ')}`);
  },
};
