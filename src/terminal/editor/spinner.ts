import type { Status } from './scene.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** How long one frame is shown, in milliseconds. */
export const SPINNER_TICK_MS = 100;

/** A status with its spinner and the seconds gone since it began; the text alone where nothing moves. */
export function statusLine({ text, elapsed }: Status): string {
  if (elapsed === undefined) return text;
  const frame = FRAMES[Math.floor(elapsed / SPINNER_TICK_MS) % FRAMES.length] ?? '';
  const seconds = Math.floor(elapsed / 1000);
  return seconds > 0 ? `${frame} ${text} ${seconds}s` : `${frame} ${text}`;
}
