import { connect, handshake, lookUp, serverTime } from '../../api/probe.js';
import { proxyFor } from '../../api/proxy.js';
import { createTransport } from '../../api/transport.js';
import type { Context } from '../../process/context.js';
import type { NetworkPorts } from '../../doctor/check.js';
import type { Settings } from '../../settings/settings.js';
import { AppError } from '../../base/errors.js';
import { readBytes } from '../../store/files.js';

/** The network as doctor probes it. */
export function networkPorts(settings: Settings, context: Context): NetworkPorts {
  const { env, signal } = context;
  return {
    lookUp: (host) => lookUp(host, signal),
    connect: (host, port) => connect(host, port, signal),
    handshake: (host, port) => handshake(host, port, signal),
    clockOffset: () => clockOffset(settings, context),
    extraCertificates: extraCertificates(env['NODE_EXTRA_CA_CERTS']),
    isUnchecked: env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0',
  };
}

async function clockOffset(
  { baseUrl: { value: baseUrl } }: Settings,
  { env, clock, signal }: Context,
): Promise<number | undefined> {
  const proxy = proxyFor(new URL(baseUrl), env);
  const transport = createTransport({ baseUrl, proxy, clock });
  try {
    const theirs = await serverTime(transport, signal);
    return theirs === undefined ? undefined : theirs - clock.now().getTime();
  } finally {
    transport.close();
  }
}

function extraCertificates(path: string | undefined): NetworkPorts['extraCertificates'] {
  return path ? { path, isReadable: isReadable(path) } : undefined;
}

function isReadable(path: string): boolean {
  try {
    return readBytes(path) !== undefined;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
