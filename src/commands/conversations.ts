import type { CommandGroup } from '../command-line/command.js';

export const conversations: CommandGroup = {
  description:
    'The conversations that Telnyx keeps, whatever channel they began on. Each is given by its id or its name.',
  commands: [
    {
      usage: 'list',
      summary: 'list conversations, the latest used first',
      load: async () => (await import('./conversations/list.js')).list,
    },
    {
      usage: 'search <words...>',
      summary: 'search what was said, the latest used first',
      load: async () => (await import('./conversations/search.js')).search,
    },
    {
      usage: 'stats',
      summary: 'count conversations, turns, tool calls, and how long answers took',
      load: async () => (await import('./conversations/stats.js')).stats,
    },
    {
      usage: 'show <id|name>',
      summary: 'show what was said, and the tools that were called',
      load: async () => (await import('./conversations/show.js')).show,
    },
    {
      usage: 'export <id|name>',
      summary: 'write one as Markdown, JSON, text or a test',
      load: async () => (await import('./conversations/export.js')).exportConversation,
    },
    {
      usage: 'insights <id|name>',
      summary: "show a conversation's insights",
      load: async () => (await import('./conversations/insights.js')).insights,
    },
    {
      usage: 'new',
      summary: 'start one and print its id',
      load: async () => (await import('./conversations/change.js')).create,
    },
    {
      usage: 'rename <id|name> <name>',
      summary: 'rename one',
      load: async () => (await import('./conversations/change.js')).rename,
    },
    {
      usage: 'delete <id|name...>',
      summary: 'delete them for good, after asking',
      load: async () => (await import('./conversations/delete.js')).deleteConversations,
    },
    {
      usage: 'takeover <id|name>',
      summary: 'take one over: the assistant is silent until release',
      load: async () => (await import('./conversations/change.js')).takeOver,
    },
    {
      usage: 'release <id|name>',
      summary: 'let the assistant answer again',
      load: async () => (await import('./conversations/change.js')).release,
    },
    {
      usage: 'say <id|name> [message...]',
      summary: "add a person's message, which the assistant does not answer; - stands for stdin",
      load: async () => (await import('./conversations/change.js')).say,
    },
  ],
};
