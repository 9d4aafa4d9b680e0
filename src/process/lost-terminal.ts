import { closeSync, readlinkSync, writeSync } from 'node:fs';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Closes those of the standard streams that are terminals which are gone, and says whether there were any. At its
 * end, Node sets the terminal back to what it was, and aborts with a core dump when it cannot.
 */
export function closeLostTerminals(): boolean {
  const lost = STANDARD_STREAMS.filter(isLost);
  for (const descriptor of lost) closeSync(descriptor);
  return lost.length > 0;
}

/** Whether it is a terminal that is gone: writing nothing fails all the same. */
export function isLost(descriptor: number): boolean {
  try {
    writeSync(descriptor, '');
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'EIO' || (code === 'EBADF' && isLostInput(descriptor));
  }
}

/** A terminal that is open for reading only cannot be written to. On Linux its name says that it is gone. */
function isLostInput(descriptor: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).endsWith(' (deleted)');
  } catch {
    return false;
  }
}
