import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpProxy {
  port: number;
  /** Nothing goes through any more, and no connection is closed. */
  stall(): void;
  /** Nothing goes through the connections that there are; new ones are as ever. */
  hold(): void;
  /** What was held up goes on its way. */
  flow(): void;
}

/** Stands before a port of loopback. */
export async function tcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isStalled = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (isStalled) socket.pause();
  };
  const server = createServer((caller) => {
    const upstream = connect(target, '127.0.0.1');
    caller.pipe(upstream).pipe(caller);
    keep(caller);
    keep(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  const hold = (): void => {
    for (const socket of sockets) socket.pause();
  };
  onTestFinished(end);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    stall() {
      isStalled = true;
      hold();
    },
    hold,
    flow() {
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
  };
}
