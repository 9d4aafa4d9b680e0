/**
 * The colours of a window; `ansi` are the sixteen basic ones, black to bright white.
 *
 * @typedef {{ background: string, bar: string, border: string, text: string, muted: string, ansi: string[] }} Palette
 */

/** @type {Record<'light' | 'dark', Palette>} */
export const PALETTES = {
  light: {
    ...{ background: '#ffffff', bar: '#f6f8fa', border: '#d1d9e0' },
    ...{ text: '#1f2328', muted: '#59636e' },
    ansi: [
      ...['#24292f', '#cf222e', '#116329', '#7d4e00', '#0969da', '#8250df', '#1b7c83', '#6e7781'],
      ...['#57606a', '#a40e26', '#1a7f37', '#633c01', '#218bff', '#a475f9', '#3192aa', '#8c959f'],
    ],
  },
  dark: {
    ...{ background: '#0d1117', bar: '#161b22', border: '#3d444d' },
    ...{ text: '#e6edf3', muted: '#9198a1' },
    ansi: [
      ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
      ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
    ],
  },
};

/**
 * What a run of text is filled with; dim is a third of the way to the background.
 *
 * @param {import('./runs.mjs').Style} style
 * @param {Palette} palette
 */
export function fillOf({ color, dim }, { text, background, ansi }) {
  const full = color === undefined ? text : (ansi[color] ?? fixedColor(color));
  return dim ? mixed(full, background) : full;
}

const LEVELS = [0, 95, 135, 175, 215, 255];

/** One of the colours 16 to 255, which are the same on every terminal: six levels of each part, then greys. */
function fixedColor(color) {
  const place = color - 16;
  if (place < 0 || place >= 240) throw new Error(`Not one of the colours 0 to 255: ${color}`);
  const grey = 8 + 10 * (place - 216);
  const parts = [36, 6, 1].map((step) =>
    place < 216 ? LEVELS[Math.floor(place / step) % 6] : grey,
  );
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} one @param {string} other `#rrggbb`, two parts and one part */
function mixed(one, other) {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [one, other].map((color) => Number.parseInt(color.slice(at, at + 2), 16));
    return Math.round((2 * a + b) / 3);
  });
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
