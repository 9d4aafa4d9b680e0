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

/** Told of a reply's blocks, in order. At most one block is open at a time. */
export interface BlockHandler {
  /** `containers` are the quotes and items around the block, outermost first. */
  open(block: Block, containers: readonly Container[]): void;
  /** More of the open block's line. */
  text(text: string): void;
  /** The open block's line ends. */
  newLine(): void;
  close(): void;
  /** An empty line between blocks. */
  blank(): void;
  /** The innermost of these containers ends. */
  leave(containers: readonly Container[]): void;
}
