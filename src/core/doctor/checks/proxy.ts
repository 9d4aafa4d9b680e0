import { pass, type Check } from '../check.js';

/** Whether a proxy stands between us and the API. */
export const proxy: Check = {
  name: 'proxy',
  needs: ['base_url'],
  run(ports) {
    const { host, proxy: through } = ports.route();
    return pass(
      through ? `${host} is reached through ${through.host}:${through.port}` : `none for ${host}`,
    );
  },
};
