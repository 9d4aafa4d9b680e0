#!/usr/bin/env node
'use strict';
const fs = require('node:fs');
const { isAbsolute, join, resolve } = require('node:path');

const DIST = join(__dirname, '../dist');
const HEAD = Buffer.from('(function (exports, require, module, __filename, __dirname) {');
const TAIL = Buffer.from('\n})');
/** The names of open standard streams; a pending write has another name and is not skipped. */
const OPEN_STREAMS = ['PipeWrap', 'TTYWrap'];
const [flag, ...others] = process.argv.slice(2);

if ((flag === '--version' || flag === '-V') && others.length === 0) {
  printVersion();
} else {
  const { load, keepCode } = loader();
  const { processContext, run } = loadProgram(load);
  void run(process.argv.slice(2), processContext(process)).then((code) => {
    const { exitCode = 0 } = process;
    // Set before: 1 by an output that could not be written, which says less than the command's failure,
    // or the code of a terminal that is gone.
    process.exitCode = exitCode > 1 ? exitCode : code || exitCode;
    if (process.exitCode === 0) keepCode();
    // With nothing left to wait for, Node would only free its memory before it ends.
    if (process.getActiveResourcesInfo().every((name) => OPEN_STREAMS.includes(name)))
      process.exit();
  });
}

/** A clone may have been installed without what builds it. */
function loadProgram(load) {
  if (fs.existsSync(join(DIST, 'entry.cjs'))) return load('./entry.cjs');
  fs.writeSync(2, 'error: telnyx-chat is not built\nhint: npm ci --include=dev\n');
  process.exit(1);
}

/** Loads neither the program nor even process.stdout. */
function printVersion() {
  try {
    fs.writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    if (error.code !== 'EPIPE') {
      fs.writeSync(2, `error: the output cannot be written: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
}

/** Loads files of dist/, with code that an earlier start compiled where that is kept. */
function loader() {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  // Node itself obeys both variables.
  const folder = NODE_COMPILE_CACHE || NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder();
  if (folder !== undefined) return loaderWithCache(folder);
  return { load: (id) => require(join(DIST, id)), keepCode: () => undefined };
}

/**
 * Node's own compile cache has only what is compiled when a file is loaded, and Node 20 has none. This
 * one has every function that has run so far.
 */
function loaderWithCache(folder) {
  const modules = new Map();
  const files = [];
  const underUsualFlags = (task) => {
    const { withUsualFlags } = modules.get('./entry.cjs')?.exports ?? {};
    return withUsualFlags ? withUsualFlags(task) : task();
  };
  const load = (id) => {
    if (!id.startsWith('./')) return require(id);
    const known = modules.get(id);
    if (known !== undefined) return known.exports;
    const file = underUsualFlags(() => compiled(id, folder));
    const module = { exports: {} };
    modules.set(id, module);
    files.push(file);
    file.script.runInThisContext()(module.exports, load, module, file.filename, DIST);
    return module.exports;
  };
  const keepCode = () => {
    // A file that is new has also run more functions of the others.
    if (files.some(({ isKept }) => !isKept)) underUsualFlags(() => keep(files, folder));
  };
  return { load, keepCode };
}

function compiled(id, folder) {
  const { Script } = require('node:vm');
  const [filename, cache] = [join(DIST, id), join(folder, id)];
  const source = fs.readFileSync(filename);
  const cachedData = keptCode(cache, source);
  // Joined as bytes: V8 would join strings in a copy, and clear its small space for new objects sooner.
  const text = Buffer.concat([HEAD, source, TAIL]).toString();
  const script = new Script(text, { filename, cachedData });
  return { filename, cache, source, script, isKept: script.cachedDataRejected === false };
}

/** A file of the cache is the source and then its code twice: V8 crashes on damaged code. */
function keptCode(cache, source) {
  try {
    const kept = fs.readFileSync(cache);
    const middle = (kept.length + source.length) / 2;
    const code = kept.subarray(source.length, middle);
    const isWhole = code.equals(kept.subarray(middle));
    return isWhole && source.equals(kept.subarray(0, source.length)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(files, folder) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of files) keepFile(file);
    // Of files that dist/ no longer has, or left by programs that were killed.
    const stale = fs.readdirSync(folder).filter((name) => !fs.existsSync(join(DIST, name)));
    for (const name of stale) fs.rmSync(join(folder, name), { force: true });
  } catch {
    // It cannot be written: the next start is only slower.
  }
}

function keepFile({ cache, source, script }) {
  const code = script.createCachedData();
  const temporary = `${cache}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, Buffer.concat([source, code, code]), { mode: 0o600 });
    fs.renameSync(temporary, cache);
  } catch (error) {
    // On a full disk, it would take the last space.
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** The folder for compiled code; undefined without a safe place. V8 takes the code of its own version only. */
function cacheFolder() {
  try {
    const [base, ...names] = cachePlace(process);
    if (!isAbsolute(base)) return undefined;
    const folder = resolve(base, ...names);
    const isSafe = isOurs(base) && (isOurs(folder) ?? true);
    return isSafe ? join(folder, `${process.version}-${process.arch}`) : undefined;
  } catch {
    return undefined;
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

/**
 * Compiled code that somebody else put there would run as ours, and root leaves nothing in other homes.
 * Undefined when there is no such folder.
 */
function isOurs(folder) {
  const stats = fs.statSync(folder, { throwIfNoEntry: false });
  if (process.platform === 'win32') return stats && true;
  return stats && stats.uid === process.geteuid() && (stats.mode & 0o022) === 0;
}
