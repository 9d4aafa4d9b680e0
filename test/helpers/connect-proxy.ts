import { connect, type Socket } from 'node:net';
import { socketServer } from './socket-server.js';

/** A proxy on loopback that keeps the head of each CONNECT and does with it as told. */
export async function connectProxy(
  serve: (head: string, socket: Socket) => void,
): Promise<{ port: number; requests: string[][] }> {
  const requests: string[][] = [];
  const { port } = await socketServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      const head = bytes.toString().trimEnd();
      requests.push(head.split('\r\n'));
      serve(head, socket);
    });
  });
  return { port, requests };
}

/** Opens the tunnel to a port of loopback, whatever host the CONNECT named. */
export function tunnelTo(port: number, socket: Socket): void {
  const upstream = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(upstream).pipe(socket);
  });
  upstream.on('error', () => undefined);
  socket.on('close', () => upstream.destroy());
}
