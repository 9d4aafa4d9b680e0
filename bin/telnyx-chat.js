#!/usr/bin/env node
'use strict';
const [flag, ...others] = process.argv.slice(2);

if ((flag === '--version' || flag === '-V') && others.length === 0) {
  printVersion();
} else {
  keepCompiledCode();
  const { processContext, run } = loadProgram();
  void run(process.argv.slice(2), processContext(process)).then((code) => {
    // An output that could not be written has set it already.
    process.exitCode ||= code;
  });
}

/** A clone may have been installed without what builds it. */
function loadProgram() {
  try {
    return require('../dist/entry.cjs');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes('entry.cjs')) throw error;
    require('node:fs').writeSync(
      2,
      'error: telnyx-chat is not built\nhint: npm ci --include=dev\n',
    );
    process.exit(1);
  }
}

/** Loads neither the program nor even process.stdout. */
function printVersion() {
  const { writeSync } = require('node:fs');
  try {
    writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    if (error.code !== 'EPIPE') {
      writeSync(2, `error: the output cannot be written: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
}

/** Lets Node keep compiled code for the next start, where it can (22.1 and later) and where it is safe. */
function keepCompiledCode() {
  const { enableCompileCache } = require('node:module');
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  // Node itself obeys both variables.
  if (!enableCompileCache || NODE_COMPILE_CACHE || NODE_DISABLE_COMPILE_CACHE) return;
  const { mkdirSync } = require('node:fs');
  const { isAbsolute, resolve } = require('node:path');
  try {
    const [base, ...names] = cachePlace(process);
    if (!isAbsolute(base) || !isOurs(base)) return;
    const folder = resolve(base, ...names);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(folder)) enableCompileCache(folder);
  } catch {
    // There is no home, or nothing can be written to it: the start is only slower.
  }
}

/** A folder that is there already, and the names of those below it. */
function cachePlace({ env, platform }) {
  if (env.TELNYX_CHAT_CONFIG_DIR) return [env.TELNYX_CHAT_CONFIG_DIR, 'cache'];
  if (platform === 'win32') return [env.LOCALAPPDATA, 'telnyx-chat', 'cache'];
  if (platform === 'darwin') return [env.HOME, 'Library', 'Caches', 'telnyx-chat'];
  // The XDG rules say to pass over relative paths.
  if (env.XDG_CACHE_HOME?.startsWith('/')) return [env.XDG_CACHE_HOME, 'telnyx-chat'];
  return [env.HOME, '.cache', 'telnyx-chat'];
}

/** Compiled code that somebody else put there would run as ours, and root leaves nothing in other homes. */
function isOurs(folder) {
  if (process.platform === 'win32') return true;
  const { uid, mode } = require('node:fs').statSync(folder);
  return uid === process.geteuid() && (mode & 0o022) === 0;
}
