/** Enough of a secret to tell it from another one, and no more. */
export function masked(secret: string): string {
  return secret.length < 12 ? '…' : `${secret.slice(0, 4)}…${secret.slice(-2)}`;
}
