import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Before a silent connection is looked at by the system, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;

/** Opens connections; what they receive is given to `onread`. */
export interface Dial {
  (onread: OnReadOpts): Socket;
  /** The event that tells that one is open. */
  readonly opened: 'connect' | 'secureConnect';
}

/** To the server of an `http:` or `https:` URL. */
export function dialTo(base: URL): Dial {
  const host = base.hostname.replace(/^\[|\]$/g, '');
  const isTls = base.protocol === 'https:';
  const port = Number(base.port) || (isTls ? 443 : 80);
  const options = { host, port, noDelay: true };
  const dial = isTls ? tlsDial(options) : (onread: OnReadOpts) => connect({ ...options, onread });
  const awake = (onread: OnReadOpts): Socket => dial(onread).setKeepAlive(true, KEEP_ALIVE_MS);
  return Object.assign(awake, {
    opened: isTls ? ('secureConnect' as const) : ('connect' as const),
  });
}

/** The last session is resumed, which saves a round trip. */
function tlsDial(options: { host: string; port: number }): (onread: OnReadOpts) => Socket {
  const servername = isIP(options.host) ? '' : options.host;
  let session: Buffer | undefined;
  return (onread) => {
    const tls = { ...options, servername, session, onread, ALPNProtocols: ['http/1.1'] };
    return (
      connectTls(tls)
        .on('session', (fresh: Buffer) => (session = fresh))
        // One that can't be resumed might be the reason.
        .once('error', () => (session = undefined))
    );
  };
}
