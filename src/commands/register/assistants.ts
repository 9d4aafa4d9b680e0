import type { Command } from 'commander';
import type { AssistantFlags } from '../assistants.js';
import type { CommandEntry, Surroundings } from './entry.js';
import { withAccountOptions, withVersion } from './flags.js';

export const assistantsEntry: CommandEntry = {
  name: 'assistants',
  summary: 'list and show the assistants of the account, and choose one',
  define(command, surroundings) {
    withVersion(command).description('The assistants of the account.');
    defineActions(command, surroundings);
  },
};

function defineActions(parent: Command, { context }: Surroundings): void {
  const sub = (usage: string, summary: string): Command =>
    withAccountOptions(parent.command(usage).description(summary), 'assistant in force').option(
      '--no-pager',
      'print without a pager',
    );
  sub('list', 'list them').action(async (flags: AssistantFlags) => {
    const { list } = await import('../assistants.js');
    await list(flags, context);
  });
  sub('show [id|name]', 'show one; without a name the one in force').action(
    async (reference: string | undefined, flags: AssistantFlags) => {
      const { show } = await import('../assistants.js');
      await show(reference, flags, context);
    },
  );
  sub('use <id|name>', "make one the profile's default").action(
    async (reference: string, flags: AssistantFlags) => {
      const { use } = await import('../assistants.js');
      await use(reference, flags, context);
    },
  );
}
