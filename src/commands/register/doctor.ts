import type { DoctorOptions } from '../doctor/world.js';
import type { CommandEntry } from './entry.js';
import { withSessionOptions } from './flags.js';

export const doctorEntry: CommandEntry = {
  name: 'doctor',
  summary: 'check everything that a first turn needs',
  define(command, { context, exit }) {
    withSessionOptions(command)
      .description(
        'Checks this machine, the settings, the network and the account, each failure with its fix. The exit code is that of the first failure.',
      )
      .option('--turn', 'try a whole turn, in a conversation that is deleted again')
      .action(async (options: DoctorOptions) => {
        const { doctor } = await import('../doctor.js');
        exit(await doctor(options, context));
      });
  },
};
