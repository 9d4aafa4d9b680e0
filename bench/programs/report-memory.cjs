// Loaded before a program (`node --require`): writes its peak memory in KiB to descriptor 3 as it ends.
'use strict';
const { readFileSync, writeSync } = require('node:fs');

/** On Linux maxRSS is also what the parent held when it started us; VmHWM is our own alone. */
function peakKiB() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
}

process.on('exit', () => writeSync(3, String(peakKiB())));
