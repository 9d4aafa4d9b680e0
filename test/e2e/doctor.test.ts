import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { builtProgram } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

it('tries a whole turn in the sandbox, on a terminal', async () => {
  const terminal = new TerminalSession(['doctor', '--sandbox', '--turn']);
  expect(await terminal.exit).toBe(0);
  await terminal.shows(/pass {2}turn +answered in \d+ ms[^]*16 passed/);
});

it('trusts a certificate of NODE_EXTRA_CA_CERTS, and says whose it is', async () => {
  const server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"data":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const home = temporaryFolder();
  const ca = join(home, 'ca.pem');
  writeFileSync(ca, CERTIFICATE);
  const env = {
    TELNYX_API_KEY: 'KEY-test',
    TELNYX_BASE_URL: `https://localhost:${(server.address() as AddressInfo).port}/v2`,
    NODE_EXTRA_CA_CERTS: ca,
  };
  const { code, stdout } = await builtProgram(['doctor'], { home, env });
  expect(stdout).toMatch(
    /^pass {2}tls +the certificate of localhost is trusted, with those of NODE_EXTRA_CA_CERTS: issued by localhost$/m,
  );
  expect(stdout).toMatch(/^pass {2}account +the key is accepted; 0 assistants$/m);
  expect(code).toBe(3);
});
