/** A file as text: for vitest by Vite, for esbuild by scripts/raw-text.mjs. */
declare module '*?raw' {
  const text: string;
  export default text;
}
