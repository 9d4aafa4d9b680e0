/** The part of a Telnyx assistant that a chat client can use. */
export interface Assistant {
  id: string;
  name: string;
  description: string;
  model: string;
  instructions: string;
  greeting: string;
  created_at: string;
  enabled_features: readonly string[];
  privacy_settings: { data_retention: boolean };
}

const SHARED = {
  model: 'sandbox/scripted',
  instructions: 'Scripted replies of the telnyx-chat sandbox. No model is asked.',
  created_at: '2025-01-01T00:00:00.000Z',
  enabled_features: ['messaging'],
};

/** The assistants at the start; the first is the default. */
export const INITIAL_ASSISTANTS: readonly [Assistant, ...Assistant[]] = [
  {
    ...SHARED,
    id: 'assistant-sandbox',
    name: 'Sandbox Assistant',
    description: 'Remembers the conversation. Say "help" to see what it can do.',
    greeting: 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.',
    privacy_settings: { data_retention: true },
  },
  {
    ...SHARED,
    id: 'assistant-sandbox-private',
    name: 'Private Sandbox Assistant',
    description: 'Keeps no history: its conversations list no messages.',
    greeting: 'Hello! I am the scripted assistant that keeps no history.',
    privacy_settings: { data_retention: false },
  },
  {
    ...SHARED,
    id: 'assistant-sandbox-quiet',
    name: 'Quiet Sandbox Assistant',
    description: 'Has no greeting.',
    greeting: '',
    privacy_settings: { data_retention: true },
  },
];
