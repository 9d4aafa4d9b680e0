import type { Container } from './containers.js';
import type { Alignment } from './syntax.js';

/** A block of the reply. Only a table's lines come whole; those of all others as they arrive. */
export type Block =
  | { kind: 'paragraph' | 'html' | 'rule' }
  | { kind: 'heading'; level: number }
  /** A line of `=` or `-` under a paragraph, which is printed already and can't become a heading. */
  | { kind: 'underline'; level: 1 | 2 }
  | { kind: 'code'; info: string }
  | {
      kind: 'table';
      header: string;
      /** A header without a bar at its start has been shown as the paragraph that it looked like. */
      isHeaderShown: boolean;
      alignments: readonly Alignment[];
    };

/** Takes the text of one block. */
export interface BlockText {
  /** More of the block's line. */
  text(text: string): void;
  /** The block's line ends. */
  newLine(): void;
  close(): void;
}

/** Told of a reply's blocks, in order, and of the text of the open one. */
export interface BlockHandler extends BlockText {
  /** `containers` are the quotes and items around the block, outermost first. */
  open(block: Block, containers: readonly Container[]): void;
  /** An empty line between blocks. */
  blank(): void;
  /** The innermost of these containers ends. */
  leave(containers: readonly Container[]): void;
}
