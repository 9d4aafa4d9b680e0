import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/store/settings-files.js';
import { openLastConversation } from '../../src/store/last-conversation.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const guard = { platform: process.platform, uid: process.geteuid?.(), warn: () => undefined };

test('reading leaves nothing behind', () => {
  const folder = temporaryFolder();
  readConfig(join(folder, 'a', 'config.json'));
  openLastConversation(() => join(folder, 'b'), {
    profile: 'p',
    assistantId: 'a',
    randomId: () => '1',
    guard,
  }).read();
  expect([existsSync(join(folder, 'a')), existsSync(join(folder, 'b'))]).toEqual([false, false]);
});
