import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { BodyReader } from '../../src/relay/http/read-body.js';

const MIB = Buffer.alloc(1024 * 1024, 'x');

/** A request that sends these pieces. */
function sender(...pieces: Buffer[]) {
  const request = Object.assign(Readable.from(pieces), { headers: {}, socket: { writable: true } });
  return {
    request: request as unknown as IncomingMessage,
    response: {} as unknown as ServerResponse,
    expectsContinue: false,
  };
}

test('bodies in use are bounded together, 64 MiB of them, until they are released', async () => {
  const bodies = new BodyReader();
  const all = Array.from({ length: 64 }, () => bodies.read(sender(MIB)));
  const [first] = await Promise.all(all);
  const refused = { status: 503, headers: { 'retry-after': '1' } };
  await expect(bodies.read(sender(Buffer.from('x')))).rejects.toMatchObject(refused);
  bodies.release(first!);
  await expect(bodies.read(sender(MIB.subarray(1), Buffer.from('y')))).resolves.toHaveLength(
    MIB.length,
  );
  await expect(bodies.read(sender(Buffer.from('x')))).rejects.toMatchObject(refused);
});

test('a body that is refused holds nothing', async () => {
  const bodies = new BodyReader();
  for (let count = 0; count < 66; count++) {
    await expect(bodies.read(sender(MIB, Buffer.from('x')))).rejects.toMatchObject({ status: 413 });
  }
  await expect(bodies.read(sender(MIB))).resolves.toHaveLength(MIB.length);
});
