import { get } from 'node:http';
import { expect, test } from 'vitest';

test('connections to other machines are blocked', async () => {
  const message = 'Tests may not connect to 192.0.2.1';
  expect(() => get('http://192.0.2.1/')).toThrow(message);
  await expect(fetch('http://192.0.2.1/')).rejects.toMatchObject({ cause: { message } });
});
