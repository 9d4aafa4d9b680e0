import type { BlockParser } from './block-parser.js';

/** The start of a line that is undecided for longer is text: it shows, and memory stays flat. */
const MAX_LINE_START = 8192;

/**
 * Cuts the source into lines and hands each on as soon as its start is decided. Where the source was cut
 * into chunks makes no difference.
 */
export class LineFeeder {
  /** The start of the current line, until it is decided. */
  private start = '';
  private isStarted = false;
  /** The length at which an undecided start is looked at again; it grows, so that the work is linear. */
  private nextLook = 0;

  constructor(private readonly blocks: BlockParser) {}

  write(chunk: string): void {
    let from = 0;
    for (let to = chunk.indexOf('\n'); to >= 0; to = chunk.indexOf('\n', from)) {
      this.addText(chunk.slice(from, to), true);
      this.blocks.endLine();
      this.isStarted = false;
      from = to + 1;
    }
    if (from < chunk.length) this.addText(chunk.slice(from), false);
  }

  end(): void {
    if (this.start !== '' || this.isStarted) {
      this.addText('', true);
      this.blocks.endLine();
    }
    this.blocks.end();
    this.isStarted = false;
  }

  private addText(text: string, isWhole: boolean): void {
    if (this.isStarted) {
      if (text !== '') this.blocks.continueLine(text);
      return;
    }
    this.start += text;
    if (!isWhole && this.start.length < this.nextLook) return;
    this.isStarted = this.tryStart(isWhole);
    this.nextLook = this.isStarted ? 0 : this.start.length + (this.start.length >> 3) + 1;
    if (this.isStarted) this.start = '';
  }

  private tryStart(isWhole: boolean): boolean {
    const { start, blocks } = this;
    if (start.length <= MAX_LINE_START) return blocks.startLine(start, isWhole);
    // A line that is too long is decided by its start alone, even when all of it is there.
    const length = withinCharacter(start, MAX_LINE_START);
    blocks.startLine(start.slice(0, length), false, true);
    blocks.continueLine(start.slice(length));
    return true;
  }
}

/** The nearest length at which no character is cut in two. */
function withinCharacter(text: string, length: number): number {
  const unit = text.charCodeAt(length - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? length - 1 : length;
}
