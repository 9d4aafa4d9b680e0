/** Messages between two processes; what is sent arrives whole and in order, or not at all. */
export interface Channel {
  send(message: object): void;
  onMessage(take: (message: unknown) => void): void;
  /** The other side is gone. */
  onClose(tell: () => void): void;
}
