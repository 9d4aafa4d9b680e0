import cluster from 'node:cluster';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { channelTo } from '../../../src/relay/workers/channel-to.js';
import { temporaryFolder } from '../../helpers/run-cli.js';

// Node waits for ever for a process that is gone to confirm the socket: it emits no `disconnect`.
test.skipIf(process.platform === 'win32')(
  'the end of a worker is told that died with a socket on its way to it',
  async () => {
    const exec = join(temporaryFolder(), 'worker.mjs');
    writeFileSync(exec, 'setInterval(() => undefined, 1000);');
    cluster.setupPrimary({ exec, execArgv: [], args: [] });
    const worker = cluster.fork();
    onTestFinished(() => void worker.process.kill('SIGKILL'));
    await once(worker, 'online');
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    let isTold = false;
    channelTo(worker).onClose(() => (isTold = true));
    worker.process.kill('SIGSTOP');
    worker.process.send({}, server);
    worker.process.kill('SIGKILL');
    await expect.poll(() => isTold).toBe(true);
  },
);
