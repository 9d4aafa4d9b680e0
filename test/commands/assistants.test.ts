import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { runCli, temporaryFolder, type CliOptions, type CliResult } from '../helpers/run-cli.js';

async function assistants(argv: string[], options: CliOptions = {}): Promise<CliResult> {
  const { env } = await account();
  return runCli(['assistants', ...argv], { ...options, env: { ...env, ...options.env } });
}

const said = (stdout: string, stderr = ''): CliResult => ({ code: 0, stdout, stderr });

const QUIET = {
  id: 'assistant-sandbox-quiet',
  name: 'Quiet Sandbox Assistant',
  model: 'sandbox/scripted',
  instructions: 'Scripted replies of the telnyx-chat sandbox. No model is asked.',
  greeting: '',
  data_retention: true,
  created_at: '2025-01-01T00:00:00.000Z',
};

const LISTED = `assistant-sandbox\tSandbox Assistant\tsandbox/scripted\tin use
assistant-sandbox-private\tPrivate Sandbox Assistant\tsandbox/scripted\t
assistant-sandbox-quiet\tQuiet Sandbox Assistant\tsandbox/scripted\t
`;

const TABLE = `ID                         NAME                       MODEL             STATE
assistant-sandbox          Sandbox Assistant          sandbox/scripted  in use
assistant-sandbox-private  Private Sandbox Assistant  sandbox/scripted
assistant-sandbox-quiet    Quiet Sandbox Assistant    sandbox/scripted
`;

const SHOWN = `id            assistant-sandbox-quiet
name          Quiet Sandbox Assistant
model         sandbox/scripted
created       2025-01-01 00:00:00Z
history       kept
instructions  Scripted replies of the telnyx-chat sandbox. No model is asked.
`;

describe('assistants', () => {
  it('list: on a pipe, on a terminal, as JSON', async () => {
    expect(await assistants(['list'])).toEqual(said(LISTED));
    const terminal = { stdoutIsTTY: true, env: { PAGER: 'cat', NO_COLOR: '1' } };
    expect(await assistants(['list'], terminal)).toEqual(said(TABLE));
    const json = JSON.parse((await assistants(['list', '--json'])).stdout) as {
      assistants: unknown[];
    };
    expect(json.assistants[2]).toEqual(QUIET);
  });

  it('show: by id, by name, the current one, as JSON', async () => {
    expect(await assistants(['show', QUIET.id])).toEqual(said(SHOWN));
    expect(await assistants(['show', QUIET.name])).toEqual(said(SHOWN));
    expect(await assistants(['show', '-a', QUIET.id])).toEqual(said(SHOWN));
    expect(JSON.parse((await assistants(['show', QUIET.id, '--json'])).stdout)).toEqual(QUIET);
  });

  it('use: stores one that exists as the default of the profile', async () => {
    const home = temporaryFolder();
    const used = await assistants(['use', QUIET.name, '-p', 'work'], { home });
    expect(used).toEqual(
      said(
        'profile work uses assistant-sandbox-quiet\n',
        'warning: TELNYX_ASSISTANT_ID of the environment comes before it\n',
      ),
    );
    const get = ['config', 'get', 'assistant_id', '-p', 'work'];
    expect(await runCli(get, { home })).toEqual(said('assistant-sandbox-quiet\n'));
    const json = await assistants(['use', 'assistant-sandbox', '--json'], { home });
    expect(JSON.parse(json.stdout)).toMatchObject({
      profile: 'default',
      assistant: { id: 'assistant-sandbox' },
    });
  });

  it.each([
    [['use', 'assistant-sandbox-quit'], 5, 'did you mean assistant-sandbox-quiet?'],
    [['show', 'nobody at all'], 5, 'telnyx-chat assistants list shows their ids and names'],
    [['use', 'x', '--sandbox'], 2, 'hint: leave out --sandbox'],
  ])('%j changes nothing', async (argv, code, said) => {
    const home = temporaryFolder();
    const result = await assistants(argv, { home });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(said);
    expect((await runCli(['config', 'get', 'assistant_id'], { home })).stdout).toBe('');
  });
});
