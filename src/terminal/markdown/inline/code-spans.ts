export interface CodeSpan {
  source: string;
  content: string;
}

/** Finds code spans in one text, asked from left to right; each run of backticks is looked at once. */
export class CodeSpans {
  private runs: Map<number, number[]> | undefined;

  constructor(private readonly text: string) {}

  /** The code span that the run of `length` backticks at `index` opens. */
  at(index: number, length: number): CodeSpan | undefined {
    this.runs ??= findRuns(this.text);
    const starts = this.runs.get(length) ?? [];
    while (starts.length > 0 && (starts.at(-1) ?? 0) <= index) starts.pop();
    const end = starts.at(-1);
    if (end === undefined) return undefined;
    const content = this.text.slice(index + length, end).replaceAll('\n', ' ');
    return { source: this.text.slice(index, end + length), content: withoutPadding(content) };
  }
}

/** Where runs of each length start, last first. */
function findRuns(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const starts = runs.get(run.length);
    if (starts) starts.push(index);
    else runs.set(run.length, [index]);
  }
  for (const starts of runs.values()) starts.reverse();
  return runs;
}

function withoutPadding(content: string): string {
  const isPadded = content.startsWith(' ') && content.endsWith(' ') && content.trim() !== '';
  return isPadded ? content.slice(1, -1) : content;
}
