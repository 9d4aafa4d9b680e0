import type { Command } from 'commander';
import { TRANSCRIPT_FORMATS } from '../../conversations/transcript.js';
import type { DeleteFlags } from '../conversations/delete.js';
import type { InsightFlags } from '../conversations/insights.js';
import type { AccountFlags, ExportFlags, ListFlags, PageFlags } from '../conversations/options.js';
import type { SayFlags } from '../conversations/say.js';
import type { CommandEntry, Surroundings } from './entry.js';
import { collected, withAccountOptions, withVersion } from './flags.js';

export const conversationsEntry: CommandEntry = {
  name: 'conversations',
  summary: 'list, show, change and export the conversations that Telnyx keeps',
  define(command, surroundings) {
    withVersion(command).description(
      'The conversations that Telnyx keeps, whatever channel they began on. Each is given by its id or its name.',
    );
    defineList(command, surroundings);
    defineReading(command, surroundings);
    defineMaking(command, surroundings);
    defineHandover(command, surroundings);
  },
};

function subcommand(parent: Command, usage: string, summary: string): Command {
  return withAccountOptions(
    parent.command(usage).description(summary),
    'assistant whose conversations are meant',
  );
}

function paging(command: Command): Command {
  return command.option('--no-pager', 'print without a pager');
}

function defineList(parent: Command, { context }: Surroundings): void {
  paging(subcommand(parent, 'list', 'list conversations, the latest used first'))
    .option('--limit <number>', 'how many at most, or all', '30')
    .option('--all', 'those of all assistants')
    .option('--channel <name>', 'those that began on it: phone_call, web_call, sms_chat, web_chat')
    .option('--with <number>', 'those with this phone number: +13125550100')
    .option('--since <time>', 'those used since: 2h, 3d, 2026-01-31, 2026-01-31T09:00Z')
    .option('--meta <key=value>', 'those with this metadata (repeatable)', collected)
    .option('--name <text>', 'those with this in their name')
    .action(async (flags: ListFlags) => {
      const { list } = await import('../conversations/list.js');
      await list(flags, context);
    });
}

function defineReading(parent: Command, { context }: Surroundings): void {
  paging(
    subcommand(parent, 'show <id|name>', 'show what was said, and the tools that were called'),
  ).action(async (reference: string, flags: PageFlags) => {
    const { show } = await import('../conversations/show.js');
    await show(reference, flags, context);
  });
  const exporting = subcommand(parent, 'export <id|name>', 'write one as Markdown, JSON or text');
  paging(exporting)
    .addOption(
      exporting
        .createOption('--format <format>', "by default the file's ending says it, else md")
        .choices(TRANSCRIPT_FORMATS),
    )
    .option('-o, --output <file>', 'a new file in place of stdout')
    .option('--force', 'replace a file that is there')
    .action(async (reference: string, flags: ExportFlags) => {
      const { exportConversation } = await import('../conversations/export.js');
      await exportConversation(reference, flags, context);
    });
  paging(subcommand(parent, 'insights <id|name>', 'show what was made of one after it'))
    .option('--wait', 'wait until they are finished')
    .action(async (reference: string, flags: InsightFlags) => {
      const { insights } = await import('../conversations/insights.js');
      await insights(reference, flags, context);
    });
}

function defineMaking(parent: Command, { context, exit }: Surroundings): void {
  subcommand(parent, 'new', 'begin one and print its id')
    .option('--title <text>', 'its name')
    .option('--meta <key=value>', 'its metadata (repeatable)', collected)
    .action(async (flags: AccountFlags & { title?: string; meta?: string[] }) => {
      const { create } = await import('../conversations/change.js');
      await create(flags, context);
    });
  subcommand(parent, 'rename <id|name> <name>', 'give one another name').action(
    async (reference: string, name: string, flags: AccountFlags) => {
      const { rename } = await import('../conversations/change.js');
      await rename(reference, name, { flags, context });
    },
  );
  subcommand(parent, 'delete <id|name...>', 'delete them for good, after asking')
    .option('-y, --yes', 'do not ask')
    .action(async (references: string[], flags: DeleteFlags) => {
      const { deleteConversations } = await import('../conversations/delete.js');
      exit(await deleteConversations(references, flags, context));
    });
}

function defineHandover(parent: Command, { context }: Surroundings): void {
  const setting = (on: boolean) => async (reference: string, flags: AccountFlags) => {
    const { setTakenOver } = await import('../conversations/change.js');
    await setTakenOver(reference, on, { flags, context });
  };
  const takeover = 'take one over: the assistant is silent until release';
  subcommand(parent, 'takeover <id|name>', takeover).action(setting(true));
  subcommand(parent, 'release <id|name>', 'let the assistant answer again').action(setting(false));
  const say = subcommand(
    parent,
    'say <id|name> [message...]',
    'add a message of a person, which the assistant does not answer; - stands for stdin',
  );
  say
    .option('--as <name>', 'name of the person speaking')
    .addOption(
      say
        .createOption('--role <role>', 'whose side the person is on')
        .choices(['assistant', 'user'])
        .default('assistant'),
    )
    .action(async (reference: string, words: string[], flags: SayFlags) => {
      const { say } = await import('../conversations/say.js');
      await say([reference, ...words], flags, context);
    });
}
