import { missingKey, requireAssistant } from '../settings/resolve.js';
import { describeOrigin, masked, type Setting, type Settings } from '../settings/settings.js';
import { pass, warn, type DoctorCheck, type DoctorPorts, type CheckOutcome } from './check.js';

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
    if (!settings.assistantId) requireProfile(settings);
    const id = requireAssistant(settings);
    const { origin } = settings.assistantId ?? {};
    return pass(`${id}${origin ? ` (${describeOrigin(origin)})` : ''}`);
  },
};

/** The URL of the API. */
export const baseUrlCheck: DoctorCheck = {
  name: 'base_url',
  run({ settings }) {
    const { value, origin } = settings.baseUrl;
    if (origin.source === 'default') requireProfile(settings);
    return pass(`${value} (${describeOrigin(origin)})`);
  },
};

/** Throws when the profile does not exist, which may be the one place of a setting. */
function requireProfile({ profile }: Settings): Setting<string> {
  return profile;
}

/** Whether a proxy is used. */
export const proxyCheck: DoctorCheck = {
  name: 'proxy',
  needs: ['base_url'],
  run(ports) {
    const { host, proxy: through } = ports.route();
    return pass(
      through ? `${host} is reached through ${through.host}:${through.port}` : `none for ${host}`,
    );
  },
};

const ADDRESS = /^[\d.]+$|:/;

/** Whether the first host, API or proxy, has an address. */
export const dnsCheck: DoctorCheck = {
  name: 'dns',
  needs: ['base_url', 'proxy'],
  async run({ route, network }) {
    const { host, proxy } = route();
    const first = proxy?.host ?? host;
    if (ADDRESS.test(first)) return pass(`${first} is an address`);
    return pass(`${first} is ${(await network.lookUp(first)).join(', ')}`);
  },
};

/** Whether the first host accepts connections. */
export const tcpCheck: DoctorCheck = {
  name: 'tcp',
  needs: ['dns'],
  async run({ route, network }) {
    const { host, port, proxy } = route();
    const first = proxy ?? { host, port };
    await network.connect(first.host, first.port);
    return pass(`${first.host}:${first.port} accepts connections`);
  },
};

/** Whether the connection can be trusted. */
export const tlsCheck: DoctorCheck = {
  name: 'tls',
  needs: ['tcp'],
  async run(ports) {
    const { isTls, proxy } = ports.route();
    if (!isTls) return pass('not needed: plain http on this machine');
    return weakness(ports) ?? pass(proxy ? await tunnelled(ports) : await direct(ports));
  },
};

/** Settings of this machine that weaken TLS. */
function weakness({ network }: DoctorPorts): CheckOutcome | undefined {
  const { isUnchecked, extraCertificates: extra } = network;
  if (isUnchecked) {
    return warn(
      'certificates are not checked: NODE_TLS_REJECT_UNAUTHORIZED is 0',
      'unset it; for a company’s own certificate set NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
    );
  }
  if (!extra || extra.isReadable) return undefined;
  return warn(`NODE_EXTRA_CA_CERTS cannot be read: ${extra.path}`, 'correct the path, or unset it');
}

async function direct({ route, network }: DoctorPorts): Promise<string> {
  const { host, port } = route();
  const issuer = await network.handshake(host, port);
  const extra = network.extraCertificates ? ', with those of NODE_EXTRA_CA_CERTS' : '';
  return `the certificate of ${host} is trusted${extra}: issued by ${issuer}`;
}

/** Through a proxy, a whole request is made instead of a handshake. */
async function tunnelled({ route, network }: DoctorPorts): Promise<string> {
  await network.clockOffset();
  return `the certificate of ${route().host} is trusted, through the proxy`;
}

/** Limit on the error of our clock, in seconds: certificates and lost answers depend on it. */
const MAX_CLOCK_ERROR_S = 60;

/** Whether our clock agrees with the server's. */
export const clockCheck: DoctorCheck = {
  name: 'clock',
  needs: ['tls'],
  async run({ network }) {
    const offset = await network.clockOffset();
    if (offset === undefined) return pass('the server sent no time to compare with');
    const seconds = Math.abs(offset) / 1000;
    if (seconds <= MAX_CLOCK_ERROR_S) return pass('agrees with the server’s');
    const side = offset > 0 ? 'behind' : 'ahead of';
    return warn(
      `${roughly(seconds / 60)} ${side} the server’s clock`,
      'set the clock of this machine: certificates and lost answers depend on it',
    );
  },
};

/** In minutes up to 2 hours, in hours up to 2 days. */
function roughly(minutes: number): string {
  const hours = minutes / 60;
  if (hours <= 2) return `${Math.round(minutes)} min`;
  return hours <= 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
