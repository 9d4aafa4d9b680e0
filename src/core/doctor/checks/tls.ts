import { pass, warn, type Check, type DoctorPorts, type Outcome } from '../check.js';

/** Whether the connection is one that can be trusted. */
export const tls: Check = {
  name: 'tls',
  needs: ['tcp'],
  async run(ports) {
    const { isTls, proxy } = ports.route();
    if (!isTls) return pass('not needed: plain http on this machine');
    return remarks(ports) ?? pass(proxy ? await tunnelled(ports) : await direct(ports));
  },
};

/** What weakens TLS whatever the server is. */
function remarks({ network }: DoctorPorts): Outcome | undefined {
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

/** Only a request goes through the tunnel of a proxy. */
async function tunnelled({ route, network }: DoctorPorts): Promise<string> {
  await network.clockLead();
  return `the certificate of ${route().host} is trusted, through the proxy`;
}
