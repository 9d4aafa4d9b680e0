import { pass, type Check } from '../check.js';

/** Whether something listens there. */
export const tcp: Check = {
  name: 'tcp',
  needs: ['dns'],
  async run({ route, network }) {
    const { host, port, proxy } = route();
    const first = proxy ?? { host, port };
    await network.connect(first.host, first.port);
    return pass(`${first.host}:${first.port} accepts connections`);
  },
};
