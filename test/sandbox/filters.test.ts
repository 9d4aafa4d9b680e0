import { expect, test } from 'vitest';
import { call, start, testClock } from './start.js';

const DAY = 24 * 60 * 60 * 1000;

/** Four conversations a day apart, from 2026-01-01 on. */
async function listed(query: string): Promise<unknown> {
  const clock = testClock();
  const sandbox = await start({ clock });
  const add = (name: string, metadata: Record<string, string>): void => {
    sandbox.store.create(name, metadata);
    clock.advance(DAY);
  };
  add('Voice call', { assistant_id: 'assistant-1', phone: '+1312' });
  add('voice mail', { assistant_id: 'assistant-2' });
  add('a,b (50%)', { assistant_id: 'assistant-1' });
  add('', {});
  const [, , second] = sandbox.store.list();
  if (second) sandbox.store.append(second, { role: 'user', text: 'late' });
  const answer = await call(sandbox, `/ai/conversations?${query}`);
  if (answer.status !== 200) return [answer.status, answer.body];
  return (answer.body as { data: { name: string }[] }).data.map(({ name }) => name);
}

test.each([
  ['', ['', 'a,b (50%)', 'voice mail', 'Voice call']],
  ['order=created_at.asc', ['Voice call', 'voice mail', 'a,b (50%)', '']],
  ['order=last_message_at.desc&limit=2', ['voice mail', '']],
  ['order=name.desc,created_at', ['voice mail', 'a,b (50%)', 'Voice call', '']],
  ['name=like.Voice%25', ['Voice call']],
  ['name=ilike.voice*', ['voice mail', 'Voice call']],
  ['name=like.%25(50_)', ['a,b (50%)']],
  ['name=eq.', ['']],
  ['name=neq.&limit=1', ['a,b (50%)']],
  ['id=eq.nobody', []],
  ['created_at=gte.2026-01-02&created_at=lt.2026-01-04T00:00:00Z', ['a,b (50%)', 'voice mail']],
  ['created_at=gt.2026-01-03', ['']],
  ['created_at=lte.2026-01-01', ['Voice call']],
  ['created_at=eq.2026-01-02T01:00:00%2B01:00', ['voice mail']],
  ['last_message_at=gte.2026-01-05', ['voice mail']],
  ['metadata-%3Eassistant_id=eq.assistant-1', ['a,b (50%)', 'Voice call']],
  ['metadata-%3Ephone=eq.%2B1312', ['Voice call']],
  ['metadata-%3Eassistant_id=neq.assistant-1', ['voice mail']],
  ['or=(created_at.gte.2026-01-04,last_message_at.gte.2026-01-05)', ['', 'voice mail']],
  ['or=(name.eq.%22a,b (50%25)%22,metadata-%3Ephone.eq.%2B1312)', ['a,b (50%)', 'Voice call']],
])('lists with %s', async (query, names) => {
  expect(await listed(query)).toEqual(names);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=some', 'limit'],
  ['order=created_at.down', 'order'],
  ['order=metadata.asc', 'order'],
  ['name=Voice', 'name'],
  ['name=toString.x', 'name'],
  ['created_at=gte.yesterday', 'created_at'],
  ['page[size]=5', 'page[size]'],
  ['colour=eq.red', 'colour'],
  ['or=name.eq.a', 'or'],
  ['or=(name.eq.a,nonsense)', 'or'],
])('refuses %s', async (query, parameter) => {
  expect(await listed(query)).toMatchObject([422, { detail: [{ loc: ['query', parameter] }] }]);
});
