// The surroundings of a measurement: the installed package, an empty home, a clean environment, the server.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} World
 * @property {string} bin the command of the installed package
 * @property {string} home an empty folder, also the one that programs run in; the command keeps its
 *   compiled code in the .cache of it
 * @property {Record<string, string>} env nothing inherited but PATH
 * @property {Record<string, string>} secureEnv the same, with the API over TLS
 * @property {() => void} close
 */

/** @returns {Promise<World>} */
export async function openWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-bench-'));
  const bin = installedCommand(folder);
  const { key, certificate } = madeCertificate(folder);
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [key, certificate]);
  const [{ port, securePort }] = await once(server, 'message');
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TELNYX_API_KEY: 'KEYbench',
    TELNYX_ASSISTANT_ID: 'assistant-bench',
    TELNYX_BASE_URL: `http://127.0.0.1:${port}/v2`,
  };
  const secureEnv = {
    ...env,
    TELNYX_BASE_URL: `https://localhost:${securePort}/v2`,
    // Reads this one certificate; NODE_EXTRA_CA_CERTS would read all others too, some 15 ms of every
    // start, which would hide what is compared.
    NODE_OPTIONS: '--use-openssl-ca',
    SSL_CERT_FILE: certificate,
  };
  const close = () => {
    server.disconnect();
    rmSync(folder, { recursive: true, force: true });
  };
  return { bin, home, env, secureEnv, close };
}

/** Packs the package and installs it, as users do. */
function installedCommand(folder) {
  const npm = (...args) =>
    execFileSync('npm', [...args, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
      ...{ cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' },
    });
  npm('pack', '--pack-destination', folder);
  const [tarball] = readdirSync(folder);
  const project = join(folder, 'project');
  npm('install', '--prefix', project, join(folder, tarball));
  return join(project, 'node_modules/telnyx-chat/bin/telnyx-chat.js');
}

/** A certificate for localhost that is its own authority, for this run. */
function madeCertificate(folder) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const files = ['-keyout', key, '-out', certificate];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...subject, ...files], {
    stdio: 'pipe',
  });
  return { key, certificate };
}
