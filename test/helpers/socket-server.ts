import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP server on loopback that does as it likes with each connection; closed when the test ends. */
export async function socketServer(
  serve: (socket: Socket) => void,
): Promise<{ port: number; url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

/** Answers each connection's first bytes with these, then leaves the rest to `then`. */
export function answering(bytes: string, then: (socket: Socket) => void = () => undefined) {
  return (socket: Socket): void => {
    socket.once('data', () => socket.write(bytes, () => then(socket)));
  };
}

/** Below the ports that a system gives to whoever asks for any: nothing takes one of these by chance. */
const FIRST_PORT = 12_000;
const PORTS_OF_A_WORKER = 2_500;

let lastPort = Math.floor(Math.random() * PORTS_OF_A_WORKER);

/** A port that nothing listens on, and that no other test is given meanwhile. */
export async function closedPort(): Promise<number> {
  lastPort = (lastPort + 1) % PORTS_OF_A_WORKER;
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % 8;
  const port = FIRST_PORT + worker * PORTS_OF_A_WORKER + lastPort;
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return isFree ? port : closedPort();
}
