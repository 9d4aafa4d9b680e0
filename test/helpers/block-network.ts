import { isIPv4, Socket } from 'node:net';

/** Tests reach nothing but this machine: any other connection fails where it is made. */
const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;

function hostOf(target: unknown, host: unknown): string {
  // node:net itself passes its arguments on as one array.
  if (Array.isArray(target)) return hostOf(target[0], target[1]);
  if (typeof target === 'object' && target !== null) {
    return 'host' in target && typeof target.host === 'string' ? target.host : 'localhost';
  }
  return typeof host === 'string' ? host : 'localhost';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args[0], args[1]);
  if (!isLoopback(host)) throw new Error(`Tests may not connect to ${host}`);
  return connect.apply(this, args);
});
