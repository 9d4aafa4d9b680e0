import type { Check } from './check.js';
import { account } from './checks/account.js';
import { apiKey } from './checks/api-key.js';
import { assistant } from './checks/assistant.js';
import { assistantId } from './checks/assistant-id.js';
import { baseUrl } from './checks/base-url.js';
import { clock } from './checks/clock.js';
import { config } from './checks/config.js';
import { dns } from './checks/dns.js';
import { envFile } from './checks/env-file.js';
import { lastConversation } from './checks/last-conversation.js';
import { node } from './checks/node.js';
import { profile } from './checks/profile.js';
import { proxy } from './checks/proxy.js';
import { tcp } from './checks/tcp.js';
import { tls } from './checks/tls.js';
import { turn } from './checks/turn.js';

/** In the order in which a turn needs them: machine, settings, network, account. */
export const CHECKS: readonly Check[] = [
  ...[node, config, envFile],
  ...[profile, apiKey, assistantId, baseUrl],
  ...[proxy, dns, tcp, tls, clock],
  ...[account, assistant, lastConversation, turn],
];
