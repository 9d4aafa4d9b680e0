// Loaded late: only /copy code needs it.
import { type BlockHandler, BlockParser } from './blocks/block-parser.js';
import { LineFeeder } from './blocks/line-feeder.js';

/** The code blocks of a reply, in order: their text without fences and without the last newline. */
export function codeBlocksIn(reply: string): string[] {
  const blocks: string[] = [];
  let code: string | undefined;
  const add = (text: string): void => {
    if (code !== undefined) code += text;
  };
  const handler: BlockHandler = {
    open: ({ kind }) => void (code = kind === 'code' ? '' : undefined),
    text: add,
    newLine: () => add('\n'),
    close() {
      if (code !== undefined) blocks.push(code.replace(/\n$/, ''));
      code = undefined;
    },
    blank: () => undefined,
    leave: () => undefined,
  };
  const lines = new LineFeeder(new BlockParser(handler));
  lines.write(reply.replaceAll('\r\n', '\n'));
  lines.end();
  return blocks;
}
