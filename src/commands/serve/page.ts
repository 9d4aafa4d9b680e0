// Loaded late: for `serve --ui` alone.
import type { Account } from '../../account/account.js';
import type { PagePorts } from '../../relay/ui/page.js';
import { requireAssistant } from '../../settings/resolve.js';
import { turnToolCalls } from '../../turn/turn-tool-calls.js';

/** The requests of the page to Telnyx, besides the turns. */
export function pagePorts({ client, settings }: Account): PagePorts {
  const assistantId = requireAssistant(settings);
  return {
    async introduction(call) {
      const { name, greeting, hasTools } = await client.getAssistant(assistantId, call);
      return { name, greeting, hasTools };
    },
    toolCalls: (turn, signal) => turnToolCalls(client, turn, { clock: client.clock, signal }),
  };
}
