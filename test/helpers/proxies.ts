import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './run-cli.js';
import { closedPort } from './socket-server.js';

/** nginx with this configuration inside `http { }`, on `$PORT`; ended when the test is. Gives its URL. */
export async function nginx(program: string, http: string): Promise<string> {
  const [folder, port] = [temporaryFolder(), await closedPort()];
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Its worker would become somebody who may not write to the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const config = `${user} daemon off; worker_processes 1; pid nginx.pid; error_log error.log notice;
events { worker_connections 4096; }
http {
  access_log off;
${paths.map((name) => `  ${name}_temp_path ${join(folder, name)};`).join('\n')}
${http.replaceAll('$PORT', `127.0.0.1:${port}`)}
}
`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  await running(program, ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf'], port);
  return `http://127.0.0.1:${port}`;
}

/** HAProxy with this configuration, on `$PORT`; ended when the test is. Gives its URL. */
export async function haproxy(program: string, config: string): Promise<string> {
  const [folder, port] = [temporaryFolder(), await closedPort()];
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, config.replaceAll('$PORT', `127.0.0.1:${port}`));
  await running(program, ['-q', '-f', file], port);
  return `http://127.0.0.1:${port}`;
}

/** Starts it, and resolves when it accepts connections. */
async function running(program: string, args: string[], port: number): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => void socket.destroy()).on('error', () => resolve(false));
    socket.on('connect', () => resolve(true));
  });
}
