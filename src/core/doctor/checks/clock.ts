import { pass, warn, type Check } from '../check.js';

/** Certificates and lost answers are judged by time: more than this is too far off, in seconds. */
const MOST_OFF_S = 60;

/** Our clock by the server's. */
export const clock: Check = {
  name: 'clock',
  needs: ['tls'],
  async run({ network }) {
    const lead = await network.clockLead();
    if (lead === undefined) return pass('the server tells no time to compare with');
    const seconds = Math.abs(lead) / 1000;
    if (seconds <= MOST_OFF_S) return pass('agrees with the server’s');
    const side = lead > 0 ? 'behind' : 'ahead of';
    return warn(
      `${roughly(seconds / 60)} ${side} the server’s clock`,
      'set the clock of this machine: certificates and lost answers are judged by it',
    );
  },
};

/** Two hours are `120 min`, two days `48 h`. */
function roughly(minutes: number): string {
  const hours = minutes / 60;
  if (hours <= 2) return `${Math.round(minutes)} min`;
  return hours <= 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
