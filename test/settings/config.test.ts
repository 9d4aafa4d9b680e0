import { describe, expect, test } from 'vitest';
import { changedConfig, checkedConfigKey, configValue } from '../../src/settings/config.js';
import { failureFrom } from '../helpers/failure.js';

describe('a stored setting', () => {
  const config = {
    path: '/c',
    persist: true,
    profiles: { work: { api_key: 'KEY1', assistant_id: 'a-1' } },
  };
  const change = (name: Parameters<typeof configValue>[1], value?: string, profile = 'work') =>
    changedConfig(config, { name, value, profile });

  test.each([
    ['assistant_id', 'a.b:c', { assistant_id: 'a.b:c' }],
    ['base_url', 'https://x.example/v2/', { base_url: 'https://x.example/v2' }],
    ['assistant_id', undefined, { assistant_id: undefined }],
  ] as const)('%s %s', (name, value, expected) => {
    expect(change(name, value)).toEqual({
      ...config,
      profiles: { work: { ...config.profiles.work, ...expected } },
    });
  });

  test('persist is of no profile', () => {
    expect([change('persist', 'false').persist, change('persist').persist]).toEqual([
      false,
      undefined,
    ]);
    expect(configValue(config, 'persist', 'none')).toBe('true');
  });

  test('another profile is left alone', () => {
    expect(change('assistant_id', 'a-2', 'home').profiles).toEqual({
      ...config.profiles,
      home: { assistant_id: 'a-2' },
    });
    expect([
      configValue(config, 'assistant_id', 'work'),
      configValue(config, 'assistant_id', 'home'),
    ]).toEqual(['a-1', undefined]);
  });

  test.each<[Parameters<typeof change>, object]>([
    [['persist', 'yes'], { message: 'bad value "yes" for persist', hint: 'use true or false' }],
    [['assistant_id', 'a b'], { message: '"a b" is not an assistant id' }],
    [
      ['base_url', 'http://x.example'],
      { message: 'bad base URL "http://x.example": plain http: would expose the API key' },
    ],
  ])('%j is refused', (args, expected) => {
    expect(failureFrom(() => change(...args))).toMatchObject({ kind: 'usage', ...expected });
  });

  test.each([
    ['asistant_id', 'did you mean assistant_id?'],
    ['api_keys', 'did you mean api_key?'],
    [
      '',
      'settings are api_key, assistant_id, base_url, api_key_command, persist, history, stream, wrap, trace, notify, names, cache',
    ],
  ])('an unknown name: %j', (key, hint) => {
    expect(failureFrom(() => checkedConfigKey(key))).toEqual({
      kind: 'usage',
      message: `unknown setting "${key}"`,
      hint,
    });
  });
});
