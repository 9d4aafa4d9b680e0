// Copied to dist/entry.cjs: what bin/ and the files that load later see of the program.
//
// program.js is compiled with the bytecode that the build left beside it, if this is the Node that
// built it: that saves 4 ms of a start, most of what compiling takes. Without, it is compiled as usual.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

/** V8 checks by itself only its version, its flags and the length of the source. */
function bytecode() {
  const { platform, arch, versions } = process;
  try {
    return readFileSync(`${__dirname}/program.${versions.v8}-${platform}-${arch}.bytecode`);
  } catch {
    return undefined;
  }
}

const filename = `${__dirname}/program.js`;
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: bytecode() });
script.runInThisContext()(module, require);
