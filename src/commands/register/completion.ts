import { SHELLS, type Shell } from '../../command-line/request.js';
import type { CommandEntry } from './entry.js';
import { withVersion } from './flags.js';

const INSTALL = `
To have it in each new shell:
  bash        echo 'eval "$(telnyx-chat completion bash)"' >> ~/.bashrc
  zsh         echo 'eval "$(telnyx-chat completion zsh)"' >> ~/.zshrc    (behind compinit)
  fish        telnyx-chat completion fish > ~/.config/fish/completions/telnyx-chat.fish
  powershell  add to $PROFILE: telnyx-chat completion powershell | Out-String | Invoke-Expression`;

export const completionEntry: CommandEntry = {
  name: 'completion',
  summary: 'print the script that lets Tab complete in a shell',
  define(command, { context, outline }) {
    withVersion(command)
      .description(
        'Prints a script for a shell. With it, Tab completes commands, flags and their values, conversations, assistants and profiles.',
      )
      .addArgument(command.createArgument('<shell>', 'whose script').choices(SHELLS))
      .argument('[words...]', 'behind --, from the script itself: what to complete')
      .addHelpText('after', INSTALL)
      .action(async (shell: Shell, words: string[]) => {
        const { complete, printScript } = await import('../completion.js');
        if (words.length === 0) await printScript(shell, context);
        else await complete(shell, words, { outline: await outline(), context });
      });
  },
};
