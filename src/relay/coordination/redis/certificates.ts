import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { RedisTls } from './connection-options.js';

const CERTIFICATE = /-----BEGIN [^]*?(?:-----END [^\n]*|$)/g;

/** Throws on a text that is broken, or a key of another certificate. */
export function assertCertificates(tls: RedisTls): void {
  createSecureContext(tls);
  // createSecureContext ignores broken authorities.
  for (const ca of tls.ca?.match(CERTIFICATE) ?? []) new X509Certificate(ca);
}
