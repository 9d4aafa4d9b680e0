import { isOff, isOn, type Values } from '../base/environment.js';

export type Format = 'auto' | 'markdown' | 'plain';

export interface AppearanceOptions {
  env: Values;
  stdoutIsTTY: boolean;
  stderrIsTTY: boolean;
  /** From `--no-color`. */
  color?: boolean | undefined;
  screenReader?: boolean | undefined;
  format?: Format | undefined;
  raw?: boolean | undefined;
  wrap?: boolean | undefined;
}

/** How things look on this terminal. */
export interface Appearance {
  /** Colour in replies, on stdout. */
  color: boolean;
  /** Colour in notices, on stderr. */
  noticeColor: boolean;
  /** Lines are only added: no colour, spinner, glyphs or cursor moves. */
  screenReader: boolean;
  /** The terminal understands no escape sequences at all. */
  dumb: boolean;
  /** A spinner may turn. */
  animation: boolean;
  markdown: boolean;
  /** Replies reach the terminal as they are, control characters and all. */
  raw: boolean;
  /** Words wrap at the window's edge; otherwise the terminal breaks the lines. */
  wrap: boolean;
}

/** Flags first, then NO_COLOR, FORCE_COLOR, TERM=dumb and CI, then what the streams are. */
export function appearanceOf(options: AppearanceOptions): Appearance {
  const { env, stdoutIsTTY, stderrIsTTY, raw = false, format = 'auto' } = options;
  const isDumb = env['TERM'] === 'dumb';
  const screenReader = options.screenReader === true || isDumb;
  const color = (isTTY: boolean): boolean => !screenReader && wantsColor(options, isTTY);
  return {
    color: color(stdoutIsTTY),
    noticeColor: color(stderrIsTTY),
    screenReader,
    dumb: isDumb,
    animation: stderrIsTTY && !screenReader && !isOn(env, 'CI'),
    markdown: !raw && (format === 'markdown' || (format === 'auto' && stdoutIsTTY)),
    raw,
    wrap: options.wrap !== false && !screenReader,
  };
}

function wantsColor({ env, color }: AppearanceOptions, isTTY: boolean): boolean {
  if (color === false || env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced === '' || !isOff(forced);
  return isTTY;
}
