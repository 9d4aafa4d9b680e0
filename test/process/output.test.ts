import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/process/context.js';
import { isPlain, lateOutput, write } from '../../src/process/output.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

/** A file that prints into a stream of its own once it has been opened. */
function fileOf(mayBlock: boolean, mode = 'w') {
  const path = join(temporaryFolder(), 'output');
  const descriptor = openSync(path, mode === 'r' ? 'a+' : mode);
  const reading = mode === 'r' ? openSync(path, 'r') : descriptor;
  const stream = new PassThrough();
  const errors: unknown[] = [];
  const output = lateOutput(reading, () => stream, {
    mayBlock: () => mayBlock,
    onError: ({ code }) => errors.push(code),
  });
  const end = async (): Promise<[file: string, stream: string]> => {
    stream.end();
    if (reading !== descriptor) closeSync(reading);
    closeSync(descriptor);
    return [readFileSync(path, 'utf8'), await text(stream)];
  };
  return { output, errors, end, descriptor };
}

describe('an output that is no terminal', () => {
  it('is written without a stream as long as it may block', async () => {
    const { output, end } = fileOf(true);
    await write(output, 'für alle\n');
    await write(output, 'again\n');
    expect(await end()).toEqual(['für alle\nagain\n', '']);
  });

  it('is opened to be written when it may not', async () => {
    const { output, end } = fileOf(false);
    await write(output, 'one\n');
    expect(await end()).toEqual(['', 'one\n']);
  });

  it('stays open once anything else was asked of it', async () => {
    const { output, end } = fileOf(true);
    expect(output.writableLength).toBe(0);
    await write(output, 'one\n');
    expect(await end()).toEqual(['', 'one\n']);
  });

  it('has the properties of its stream', async () => {
    const { output, end } = fileOf(true);
    expect('fd' in output).toBe(false);
    await end();
    const stream = Object.assign(new PassThrough(), { fd: 7 });
    const options = { mayBlock: () => true, onError: () => undefined };
    const late = lateOutput(7, () => stream, options);
    expect(['fd' in late, Reflect.get(late, 'fd')]).toEqual([true, 7]);
  });

  it('tells of a write that fails, in an error that its writer gets too', async () => {
    const { output, errors, end } = fileOf(true, 'r');
    await expect(write(output, 'one\n')).rejects.toThrow('the output cannot be written: EBADF');
    expect(errors).toEqual(['EBADF']);
    expect(await end()).toEqual(['', '']);
  });

  it('leaves a mistake of its writer to the writer: the text was written', async () => {
    const { output, errors, end } = fileOf(true);
    const results: unknown[] = [];
    const fail = (error?: Error | null): void => {
      results.push(error);
      throw new Error('a mistake');
    };
    expect(() => output.write('one\n', fail)).toThrow('a mistake');
    expect([results, errors]).toEqual([[undefined], []]);
    expect(await end()).toEqual(['one\n', '']);
  });

  it('has no window', async () => {
    const { output, descriptor, end } = fileOf(true);
    expect(isPlain(descriptor)).toBe(true);
    const { isTTY, columns, rows }: Output = output;
    expect([isTTY, columns, rows]).toEqual([undefined, undefined, undefined]);
    await end();
  });
});

it('is no plain output: a device, or nothing', () => {
  const device = openSync('/dev/null', 'w');
  expect(isPlain(device)).toBe(false);
  closeSync(device);
  expect(isPlain(device)).toBe(false);
});
