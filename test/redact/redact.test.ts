import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../src/redact/redact.js';

describe('a redactor', () => {
  it('gives the same value the same stand-in, however it is written', () => {
    const { text } = openRedactor();
    expect(text('+1 312 555 0100 and (312) 555-0199')).toBe('[phone 1] and [phone 2]');
    expect(text('three one two, five five five, oh one oh oh')).toBe('[phone 1]');
    expect(text('1-312-555-0199, 3125550100')).toBe('[phone 2], [phone 1]');
    expect(text('020 7946 0958')).toBe('[phone 3]');
    expect(text('+44 20 7946 0958')).toBe('[phone 3]');
    expect(text('Ana@example.com, ana@EXAMPLE.com')).toBe('[email 1], [email 1]');
    expect(text('4111111111111111 4111 1111 1111 1111')).toBe('[card 1] [card 1]');
    expect(text('DE89370400440532013000 de89 3704 0044 0532 0130 00')).toBe('[iban 1] [iban 1]');
  });

  it('tells numbers of two countries apart', () => {
    expect(openRedactor().text('+442079460958 +12079460958')).toBe('[phone 1] [phone 2]');
  });

  it('counts what it masked', () => {
    const redactor = openRedactor();
    expect(redactor.summary()).toBe('redacted nothing: no number or address was found');
    redactor.text('+13125550100, +13125550100, ana@example.com, account 123456789012');
    expect(redactor.summary()).toBe('redacted 2 phone numbers, 1 e-mail address, 1 long number');
  });

  it.each([
    ['{"phone":"+13125550100","n":4}', '{"phone":"[phone 1]","n":4}'],
    ['{"phone": 3125550100}', '{"phone": "[phone 1]"}'],
    ['[123456789012, -1.5, true]', '["[number 1]", -1.5, true]'],
    ['{"order_id":"302123456789","orderNumber":123456789012}', undefined],
    ['{"created_at":1769850000000,"seconds":1769850000}', undefined],
    ['{"at":"2026-01-31T09:00:00Z","price":"12,500.00 USD"}', undefined],
    ['{"ana@example.com":"\\"quoted\\" 312-555-0100"}', '{"[email 1]":"\\"quoted\\" [phone 1]"}'],
    ['{"phone":"+13125550100"', '{"phone":"[phone 1]"'],
  ])('keeps JSON valid: %s', (json, expected = json) => {
    expect(openRedactor().json(json)).toBe(expected);
  });

  it('masks text, tool calls, names and metadata', () => {
    const redactor = openRedactor();
    const toolCalls = [{ id: 'call_1', name: 'call_back', arguments: '{"to":"+13125550100"}' }];
    const times = { createdAt: '2026-01-31T09:00:00Z', sentAt: '2026-01-31T09:00:00Z' };
    const message = { role: 'assistant', text: 'I call 312-555-0100.', ...times, toolCalls };
    expect(redactor.message(message)).toEqual({
      ...message,
      text: 'I call [phone 1].',
      toolCalls: [{ ...toolCalls[0], arguments: '{"to":"[phone 1]"}' }],
    });
    const metadata = { telnyx_end_user_target: '+13125550100', ticket: '4711' };
    const conversation = {
      id: '1',
      name: 'ana@example.com',
      metadata,
      createdAt: '',
      lastMessageAt: '',
    };
    expect(redactor.conversation(conversation)).toEqual({
      ...conversation,
      name: '[email 1]',
      metadata: { telnyx_end_user_target: '[phone 1]', ticket: '4711' },
    });
  });

  it('is not misled by characters that show nothing', () => {
    expect(openRedactor().text('312\u200b555\u2060\u001b[1m0100')).toBe('[phone 1]');
  });

  it.each([
    ['digits', '1'.repeat(100_000)],
    ['short groups', '12 '.repeat(30_000)],
    ['words', 'one '.repeat(20_000)],
    ['a local part', `${'a.'.repeat(50_000)}@`],
    ['many @', 'a@'.repeat(50_000)],
    ['amounts', '1,000'.repeat(20_000)],
    ['letters and digits', 'DE12 '.repeat(20_000)],
    ['quotes', `["${'\\"'.repeat(50_000)}"]`],
  ])('takes a time that grows with the length of %s', (_, text) => {
    const timeOf = (length: number): number => {
      const started = process.cpuUsage();
      openRedactor().json(text.slice(0, length));
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    timeOf(12_500);
    // A time that grows with the square is 64 times as long.
    expect(timeOf(100_000)).toBeLessThan(32 * Math.max(timeOf(12_500), 10_000));
  });
});

const LINES = readFileSync(new URL('corpus.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const MARKED = /«([^»]*)»/g;

/** The line as it is said, and what is left of it where all marked pieces are masked. */
function expectation(line: string): { said: string; rest: string[]; marked: string[] } {
  const marked = Array.from(line.matchAll(MARKED), ([, piece = '']) => piece);
  return {
    said: line.replace(MARKED, '$1'),
    rest: line.split(MARKED).filter((_, i) => i % 2 === 0),
    marked,
  };
}

const STAND_IN = /\[(?:phone|email|card|iban|number) \d+\]/g;

const redacted = LINES.map((line) => {
  const { said, rest, marked } = expectation(line);
  return { said, rest, marked, text: openRedactor().text(said) };
});

describe('redaction of 300 lines', () => {
  it('has 300 lines', () => expect(LINES.length).toBeGreaterThanOrEqual(300));

  it('masks at least 98 % of what is to be masked', () => {
    const all = redacted.flatMap(({ marked, text }) => marked.map((piece) => ({ piece, text })));
    const missed = redacted.filter(
      ({ marked, text }) =>
        marked.length > 0 && (text.match(STAND_IN)?.length ?? 0) !== marked.length,
    );
    const left = all.filter(({ piece, text }) => text.includes(piece));
    const faults = missed.map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(all.length * 0.02);
    expect(left.length).toBeLessThanOrEqual(all.length * 0.02);
  });

  it('leaves at least 99 % of the rest as it is', () => {
    const changed = redacted.filter(
      ({ said, marked, text }) => marked.length === 0 && text !== said,
    );
    const harmless = redacted.filter(({ marked }) => marked.length === 0);
    const faults = changed.map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(harmless.length * 0.01);
  });

  it('leaves the words around what it masks', () => {
    const words = (text: string): string => text.replace(/[^\p{L}\p{N}@]+/gu, ' ').trim();
    const faults = redacted
      .filter(({ rest, text }) => words(text.split(STAND_IN).join(' ')) !== words(rest.join(' ')))
      .map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(redacted.length * 0.01);
  });
});
