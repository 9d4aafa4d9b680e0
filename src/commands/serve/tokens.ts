import { AppError } from '../../base/errors.js';
import type { Token } from '../../relay/exposure/credentials.js';
import type { Values } from '../../base/environment.js';
import { readTokenFile, type InputPlace } from '../../store/env-file.js';

/** A shorter one could be guessed. */
const MIN_SECRET_LENGTH = 16;

/** The first one signs. One with a comma in it is also known as a whole. */
export function signingSecrets(env: Values): string[] {
  const given = env['TELNYX_CHAT_HANDLE_SECRET'] ?? '';
  const secrets = given.split(',').map((secret) => secret.trim());
  if (secrets.every(({ length }) => length >= MIN_SECRET_LENGTH)) {
    return secrets.length === 1 ? [given] : [...secrets, given];
  }
  throw new AppError('usage', '--sign-conversations needs TELNYX_CHAT_HANDLE_SECRET', {
    hint: `set it to ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes, the same on every replica; older secrets may follow, separated by commas`,
  });
}

/** Off loopback, or behind a proxy, anyone may try. */
function assertLongTokens(tokens: readonly Token[]): void {
  if (tokens.every(({ secret }) => secret.length >= MIN_SECRET_LENGTH)) return;
  throw new AppError(
    'usage',
    'a bearer token is too short to be served off loopback or behind a proxy',
    {
      hint: `use ${MIN_SECRET_LENGTH} characters or more, such as openssl rand -hex 32 makes`,
    },
  );
}

interface GivenTokens {
  tokens: readonly string[];
  tokenFile: string | undefined;
}

/** All bearer tokens: those of the flags, else of the environment, and those of the file. Throws a usage error. */
export async function bearerTokens(
  { tokens, tokenFile }: GivenTokens,
  env: Values,
  { place, isExposed }: { place: InputPlace; isExposed: boolean },
): Promise<Token[]> {
  const inFile = tokenFile === undefined ? [] : await readTokenFile(tokenFile, place);
  const inEnvironment = (env['TELNYX_CHAT_TOKEN'] ?? '').split(/[\s,]+/).filter(Boolean);
  const all = [
    ...(tokens.length > 0 ? tokens : inEnvironment).map((text) => tokenOf(text, 'a bearer token')),
    ...inFile.map(({ text, line }) => tokenOf(text, `line ${line} of ${tokenFile ?? ''}`)),
  ];
  if (isExposed) assertLongTokens(all);
  return all;
}

/** `name:token` or `token`. The error does not show the text, which may be a token with a typo. */
function tokenOf(text: string, place: string): Token {
  const [, name, secret = ''] = /^(?:([\w-]{1,32}):)?([\w.~+/-]+=*)$/.exec(text) ?? [];
  if (secret !== '') return { name, secret };
  throw new AppError('usage', `${place} has characters that no token has`, {
    hint: 'letters, digits and - . _ ~ + / only, such as openssl rand -hex 32 makes; name:token names its callers',
  });
}
