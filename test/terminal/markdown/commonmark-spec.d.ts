declare module 'commonmark-spec' {
  const spec: { tests: { number: number; markdown: string }[] };
  export default spec;
}
