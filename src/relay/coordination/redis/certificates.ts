// Apart from connection-options.ts, which loads ioredis: `serve` checks them before it connects.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** PEM texts: authorities to trust in place of the usual ones, and the certificate and key of this client. */
export interface RedisTls {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

const CERTIFICATE = /-----BEGIN [^]*?(?:-----END [^\n]*|$)/g;

/** Throws on a text that is broken, or a key of another certificate. */
export function assertCertificates(tls: RedisTls): void {
  createSecureContext(tls);
  // createSecureContext ignores broken authorities.
  for (const ca of tls.ca?.match(CERTIFICATE) ?? []) new X509Certificate(ca);
}
