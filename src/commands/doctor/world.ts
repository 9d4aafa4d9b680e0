import {
  accountWith,
  effectiveKey,
  openAccount,
  type Account,
  type AccountOptions,
} from '../../account/account.js';
import { inspectSettings, sourcesOf, type Target } from '../../account/sources.js';
import { proxyFor } from '../../api/proxy.js';
import type { DoctorPorts, Route } from '../../doctor/check.js';
import type { Context } from '../../process/context.js';
import type { Settings } from '../../settings/settings.js';
import { readConfig } from '../../store/config-file.js';
import { readText } from '../../store/files.js';
import { privatePaths, privateStatePaths, storePaths } from '../../store/paths.js';
import { keepPrivate } from '../../store/private-files.js';
import { accountPorts } from './account.js';
import { networkPorts } from './network.js';

interface World {
  ports: DoctorPorts;
  close(): Promise<void>;
}

/** The real ports of doctor. A sandbox counts as an account of its own. */
export async function openWorld(
  target: Target,
  wantsTurn: boolean,
  options: AccountOptions,
): Promise<World> {
  const { context } = options;
  const seen: string[] = [];
  const watched = { ...options, onReply: (each: string) => void seen.push(each) };
  const config = configState(context); // Before anything else mends its rights.
  const sources = await sourcesOf(target, context);
  const sandbox = target.sandbox ? await openAccount(target, watched) : undefined;
  const settings = sandbox?.settings ?? (await inspectSettings(target, context));
  const key = once(() => effectiveKey(settings, context));
  let account = sandbox;
  const open = async (): Promise<Account> =>
    (account ??= accountWith({ ...settings, apiKey: await key() }, watched));
  return {
    ports: {
      nodeVersion: context.nodeVersion,
      settings,
      config,
      envFile: () => sources.envFile?.path,
      key,
      route: () => routeOf(settings, context),
      network: networkPorts(settings, context),
      account: async () => accountPorts(await open(), context, seen),
      wantsTurn,
    },
    close: async () => account?.close(),
  };
}

/** The same promise each time: a command is run once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function configState(context: Context): DoctorPorts['config'] {
  const warnings: string[] = [];
  const { platform, uid } = context;
  const warn = (warning: string): void => void warnings.push(warning);
  keepPrivate([...privatePaths(context), ...privateStatePaths(context)], { platform, uid, warn });
  return () => {
    const { config: path } = storePaths(context);
    readConfig(path);
    return { path, isThere: readText(path) !== undefined, warnings };
  };
}

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

function endOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const usual = protocol === 'https:' ? HTTPS_PORT : HTTP_PORT;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

function routeOf({ baseUrl }: Settings, { env }: Context): Route {
  const url = new URL(baseUrl.value);
  const proxy = proxyFor(url, env);
  return { ...endOf(url), isTls: url.protocol === 'https:', proxy: proxy && endOf(proxy) };
}
