import { proxyFor } from '../../api/proxy.js';
import type { Context } from '../../process/context.js';
import type { DoctorPorts, Route } from '../../doctor/check.js';
import type { Settings } from '../../settings/settings.js';
import {
  accountWith,
  inspectSettings,
  keyInForce,
  openAccount,
  sourcesOf,
  surroundings,
  type Account,
  type SessionOptions,
} from '../../account/account.js';
import { readConfig } from '../../store/config-file.js';
import { readText } from '../../store/files.js';
import { privatePaths, privateStatePaths, storePaths } from '../../store/paths.js';
import { keepPrivate } from '../../store/rights.js';
import type { AppearanceFlags } from '../options.js';
import { accountPorts } from './account.js';
import { networkPorts } from './network.js';

export interface DoctorOptions extends SessionOptions, AppearanceFlags {
  turn?: boolean;
}

interface World {
  ports: DoctorPorts;
  close(): Promise<void>;
}

/** What doctor looks at, as this program has it; a sandbox is an account of its own. */
export async function openWorld(options: DoctorOptions, context: Context): Promise<World> {
  const config = configState(context); // Before anything else mends its rights.
  const sandbox = options.sandbox ? await openAccount(options, context) : undefined;
  const settings = sandbox?.settings ?? (await inspectSettings(options, context));
  const sources = await sourcesOf(options, context);
  const key = once(() => keyInForce(settings, context));
  let account = sandbox;
  const open = async (): Promise<Account> =>
    (account ??= accountWith({ ...settings, apiKey: await key() }, surroundings(options, context)));
  return {
    ports: {
      nodeVersion: context.nodeVersion,
      settings,
      config,
      envFile: () => sources.envFile?.path,
      key,
      route: () => routeOf(settings, context),
      network: networkPorts(settings, context),
      account: async () => accountPorts(await open(), context),
      wantsTurn: options.turn ?? false,
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
  const { config: path } = storePaths(context);
  const warnings: string[] = [];
  const { platform } = context;
  const tell = (warning: string): void => void warnings.push(warning);
  keepPrivate([...privatePaths(context), ...privateStatePaths(context)], { platform, warn: tell });
  return () => {
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
