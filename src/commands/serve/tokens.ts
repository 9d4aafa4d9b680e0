import type { Values } from '../../settings/settings.js';
import { AppError } from '../../base/errors.js';
import type { Token } from '../../relay/exposure/bearer-tokens.js';
import { readTokenFile } from '../../store/token-file.js';

interface GivenTokens {
  tokens: readonly string[];
  tokenFile: string | undefined;
}

/** All bearer tokens, from the flags, else from the environment. Throws a usage error. */
export function bearerTokens(
  { tokens, tokenFile }: GivenTokens,
  env: Values,
  cwd: string,
): Token[] {
  const given = [...tokens, ...(tokenFile === undefined ? [] : readTokenFile(cwd, tokenFile))];
  const words = given.length > 0 ? given : (env['TELNYX_CHAT_TOKEN'] ?? '').split(/[\s,]+/);
  return words.filter((word) => word !== '' || given.length > 0).map(tokenOf);
}

/** `name:token` or `token`. The error does not show the text, which may be a token with a typo. */
function tokenOf(text: string): Token {
  const [, name, secret = ''] = /^(?:([\w-]{1,32}):)?([\w.~+/-]+=*)$/.exec(text) ?? [];
  if (secret !== '') return { name, secret };
  throw new AppError('usage', 'a bearer token has characters that no token has', {
    hint: 'letters, digits and - . _ ~ + / only, such as openssl rand -hex 32 makes; name:token names its callers',
  });
}
