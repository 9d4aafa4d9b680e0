// Samplers that several rows share, so that each is taken once a round.
import {
  BARE_NODE,
  COMPLETION,
  HAND_WRITTEN,
  OFFICIAL_SDK,
  SEND,
  telnyxChat,
} from './programs.mjs';
import { wallTime } from './samplers.mjs';

export const bareNode = wallTime(BARE_NODE);
export const handWritten = wallTime(HAND_WRITTEN);
export const officialSdk = wallTime(OFFICIAL_SDK);
export const send = wallTime(SEND);
export const version = wallTime([telnyxChat, '--version']);
export const help = wallTime([telnyxChat, '--help']);
export const completion = wallTime(COMPLETION);
