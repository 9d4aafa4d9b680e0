import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { accountEnv } from '../helpers/account.js';
import { builtProgram, type ProgramOptions } from '../helpers/built-program.js';
import { json, raw, recordingServer, type Answer } from '../helpers/recording-server.js';
import { closedPort } from '../helpers/socket-server.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const KEY = 'KEY0123456789-never-to-be-seen';

/** An API that repeats the key wherever it can. */
const echo =
  (status: number): Answer =>
  (response, request) => {
    const seen = String(request.headers['authorization']);
    const errors = [{ code: '1', title: seen, detail: seen }];
    json({ errors, detail: seen }, status, { 'x-request-id': seen })(response, request);
  };

const happy: Answer = (response, request) => {
  const isChat = request.url.endsWith('/chat');
  json(isChat ? { content: 'hi' } : { id: 'c-1', data: [] })(response, request);
};

const SEND = ['send', '--debug', '--verbose', 'hello'];

it.each<[string, string[], Answer, ProgramOptions?]>([
  ['a turn', SEND, happy],
  ['a chat over pipes', ['--debug', '--jsonl'], happy, { input: 'one\ntwo\n' }],
  ['a refused key', SEND, echo(401)],
  ['a refusal in JSON', [...SEND, '--json'], echo(403)],
  ['a failure', [...SEND, '--timeout', '1'], echo(500)],
  ['an answer of another shape', [...SEND, '--timeout', '1'], echo(200)],
  ['the settings', ['config', 'list'], happy],
  ['the settings in JSON', ['config', 'list', '--json'], happy],
  ['a flag that is none', ['send', '--api-key', 'x'], happy],
])('%s never shows or writes the key', async (_, argv, answer, options = {}) => {
  const { url, requests } = await recordingServer(answer);
  const home = temporaryFolder();
  const env = { ...accountEnv(url), TELNYX_API_KEY: KEY };
  const result = await builtProgram(argv, { ...options, env, home });
  expect(result.stdout + result.stderr).not.toBe('');
  expect(result.stdout + result.stderr + allFilesIn(home)).not.toContain(KEY);
  const sent = requests.map((request) => request.headers['authorization']);
  expect(new Set([`Bearer ${KEY}`, ...sent])).toEqual(new Set([`Bearer ${KEY}`]));
  expect(requests.map((request) => request.url + request.body).join('\n')).not.toContain(KEY);
});

it('nor does a network that is not there', async () => {
  const home = temporaryFolder();
  const env = { ...accountEnv(`http://127.0.0.1:${await closedPort()}`), TELNYX_API_KEY: KEY };
  const { code, stderr } = await builtProgram([...SEND, '--timeout', '1'], { env, home });
  expect(code).toBe(7);
  expect(stderr + allFilesIn(home)).not.toContain(KEY);
});

it('a redirect takes the key nowhere else', async () => {
  const elsewhere = await recordingServer(happy);
  const { url } = await recordingServer(raw(307, { location: `${elsewhere.url}/x` }));
  const env = { ...accountEnv(url), TELNYX_API_KEY: KEY };
  const { code, stderr } = await builtProgram(SEND, { env });
  expect([code, stderr]).toEqual([1, expect.stringContaining('a redirect, which is not followed')]);
  expect(elsewhere.requests).toEqual([]);
});

function allFilesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
