import { expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { chatWith } from '../helpers/chat.js';
import { realClock } from '../helpers/real-clock.js';

const ID = '55555555-5555-4555-8555-555555555555';
const CTRL_C = '\x03';

it('two people follow one conversation, and each sees what the other says', async () => {
  const { sandbox, env } = await account({ clock: realClock() });
  const now = new Date().toISOString();
  const metadata = { assistant_id: sandbox.assistantId };
  const conversation = { id: ID, name: 'Call', metadata, created_at: now, last_message_at: now };
  const thread = { conversation, messages: [], isRetained: true };
  sandbox.store.add(thread);
  sandbox.store.append(thread, { role: 'user', text: 'Hello, is anybody there?' });
  const [ana, ben] = [await chatWith({ env }), await chatWith({ env })];
  for (const person of [ana, ben]) await person.say(`/follow ${ID}`, /^following>$/m);

  ana.terminal.type('This is Ana, one moment.\r');
  await ana.terminal.shows(/Take the conversation over\?/);
  ana.terminal.type('y\r');
  await ana.terminal.shows(/added to the conversation/);
  await ben.terminal.shows(/This is Ana, one moment\.[^]*^following, taken over>$/m);

  await ben.say('Ben here too.', /added to the conversation/);
  await ana.terminal.shows(/Ben here too\./);
  sandbox.store.append(thread, { role: 'user', text: 'Thank you both.' });
  for (const person of [ana, ben]) await person.terminal.shows(/Thank you both\./);
  await ana.say('/release', /released: the assistant answers again/);
  await ben.terminal.shows(/released: the assistant answers again[^]*^following>$/m);

  ben.terminal.type(CTRL_C);
  await ben.terminal.shows(/no longer following[^]*^>$/m);
  expect(ana.terminal.screen().join('\n')).toMatchSnapshot('Ana');
  expect(ben.terminal.screen().join('\n')).toMatchSnapshot('Ben');
}, 60_000);

it('a chat does not stay in a conversation that is deleted while it is followed', async () => {
  const { sandbox, env } = await account({ clock: realClock() });
  const { id } = sandbox.store.create('Call', { assistant_id: sandbox.assistantId }).conversation;
  const { terminal, say } = await chatWith({ env });
  await say(`/follow ${id}`, /^following>$/m);
  sandbox.store.delete(id);
  await terminal.shows(/the conversation is gone: your next message starts a new one[^]*^>$/m);
  await say('my name is Ada', /Nice to meet you, Ada/);
}, 30_000);
