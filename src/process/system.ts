import { closeSync, openSync, readSync } from 'node:fs';
import type { Clock, Signal } from '../base/time.js';

/** The real clock. */
export function systemClock(hrtime: () => [number, number]): Clock {
  return { now: () => new Date(), monotonic: () => milliseconds(hrtime()), sleep };
}

function sleep(ms: number, signal?: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    const reason = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', reason);
      resolve();
    }, ms);
    if (signal?.aborted) reason();
    else signal?.addEventListener('abort', reason, { once: true });
  });
}

/** `performance.now()` would load a module of its own. */
function milliseconds(time: [number, number]): number {
  // By index: taking the pair apart by its iterator costs more than reading the clock.
  return time[0] * 1e3 + time[1] / 1e6;
}

/**
 * A fresh UUID v4. Its bits come straight from the system's random device where there is one: loading
 * a crypto module takes longer than all of a one-shot command's own work.
 */
export function randomId(platform: NodeJS.Platform): string {
  const bytes =
    (platform === 'win32' ? undefined : systemRandom(16)) ??
    crypto.getRandomValues(Buffer.alloc(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function systemRandom(length: number): Buffer | undefined {
  let device: number | undefined;
  try {
    device = openSync('/dev/urandom', 'r');
    const bytes = Buffer.alloc(length);
    return readSync(device, bytes) === length ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (device !== undefined) closeSync(device);
  }
}
