declare const __VERSION__: string;

/** The package's version, put in by the build. */
export const version: string = __VERSION__;

/** Variables of the environment, or of a file that sets such variables. */
export type Values = Readonly<Record<string, string | undefined>>;

/** Whether a variable is set to one of the usual negative values. */
export function isOff(value: string): boolean {
  return ['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}

/** Whether a variable is set, and not to one of them. */
export function isOn(env: Values, name: string): boolean {
  return !isOff(env[name] ?? '');
}
