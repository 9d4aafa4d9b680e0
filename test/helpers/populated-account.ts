import type { Message } from '../../src/sandbox/store.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';
import { account } from './account.js';
import { stillClock, type StillClock } from './still-clock.js';

export const HOURS = '11111111-1111-4111-8111-111111111111';
export const CALL = '22222222-2222-4222-8222-222222222222';
export const OTHER = '33333333-3333-4333-8333-333333333333';

const CHANNEL = 'telnyx_conversation_channel';
const NUMBER = 'telnyx_end_user_target';
const ARGUMENTS = '{"day":"Sunday"}';

type Said = Pick<Message, 'role' | 'text'> & Partial<Message>;

const HOURS_SAID: Said[] = [
  { role: 'user', text: 'When do you open\non Sunday?' },
  {
    role: 'assistant',
    text: null,
    tool_calls: [
      { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: ARGUMENTS } },
    ],
  },
  { role: 'tool', text: '{"opens":"10:00"}' },
  { role: 'assistant', text: 'At ten.' },
];

export interface Populated {
  sandbox: Sandbox;
  env: Record<string, string>;
  /** Of the sandbox and of who uses it. */
  clock: StillClock;
}

/** An account with three conversations: SMS and a phone call of the usual assistant, one of another. */
export async function populatedAccount(options: Partial<SandboxOptions> = {}): Promise<Populated> {
  const clock = stillClock();
  const given = await account({ clock, ...options });
  const { sandbox } = given;
  const add = (id: string, name: string, metadata: Record<string, string>, said: Said[]): void => {
    const now = clock.now().toISOString();
    const conversation = { id, name, metadata, created_at: now, last_message_at: now };
    const thread = { conversation, messages: [], isRetained: true };
    sandbox.store.add(thread);
    for (const message of said) sandbox.store.append(thread, message);
    clock.advance(3_600_000);
  };
  const assistant_id = sandbox.assistantId;
  const sms = { assistant_id, [CHANNEL]: 'sms_chat', [NUMBER]: '+13125550100', ticket: '4711' };
  add(HOURS, 'Opening hours', sms, HOURS_SAID);
  add(CALL, '', { assistant_id, [CHANNEL]: 'phone_call', [NUMBER]: '+4930901820' }, []);
  add(OTHER, 'Opening hours', { assistant_id: 'assistant-sandbox-quiet', ai_disabled: 'true' }, []);
  return { ...given, clock };
}
