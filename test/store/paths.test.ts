import { describe, expect, test } from 'vitest';
import { storePaths } from '../../src/store/paths.js';

describe('places', () => {
  test.each<[string, Partial<Parameters<typeof storePaths>[0]>, string, string]>([
    ['a home', {}, '/h/.config/telnyx-chat/config.json', '/h/.local/state/telnyx-chat'],
    [
      'XDG',
      { env: { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' } },
      '/c/telnyx-chat/config.json',
      '/s/telnyx-chat',
    ],
    [
      'XDG that is empty or relative',
      { env: { XDG_CONFIG_HOME: '', XDG_STATE_HOME: 'state' } },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
    [
      'one of our own before all others',
      {
        env: { TELNYX_CHAT_CONFIG_DIR: '/o', XDG_CONFIG_HOME: '/c', APPDATA: '/a' },
        platform: 'win32',
      },
      '/o/config.json',
      '/o/state',
    ],
    [
      'an empty one of our own',
      { env: { TELNYX_CHAT_CONFIG_DIR: '' } },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
    [
      'Windows',
      { env: { APPDATA: '/a', XDG_CONFIG_HOME: '/c' }, platform: 'win32' },
      '/a/telnyx-chat/config.json',
      '/a/telnyx-chat/state',
    ],
    [
      'Windows without APPDATA',
      { env: { APPDATA: '' }, platform: 'win32' },
      '/h/AppData/Roaming/telnyx-chat/config.json',
      '/h/AppData/Roaming/telnyx-chat/state',
    ],
    [
      'macOS',
      { env: { APPDATA: '/a' }, platform: 'darwin' },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
  ])('%s', (_, place, config, state) => {
    expect(storePaths({ env: {}, home: '/h', platform: 'linux', ...place })).toEqual({
      config,
      state,
    });
  });
});
