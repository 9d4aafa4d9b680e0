import type { Candidate } from './candidates.js';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/** A request of a shell's script: the words after the program's name, and the one at the cursor. */
interface CompletionRequest {
  words: string[];
  current: string;
  /** The lines that the shell's script understands. */
  replies(prefix: string, candidates: readonly Candidate[]): string[];
}

/** bash's COMP_TYPE for a listing: the answer is only shown, never typed. */
const LISTING = '63';

/** Reads what the script of this shell passes: see the scripts. */
export function readRequest(shell: Shell, given: readonly string[]): CompletionRequest {
  if (shell === 'bash') return bashRequest(given);
  // Older PowerShells lose empty words on the way, so its script sends each behind a `=`.
  const words = shell === 'powershell' ? given.map((word) => word.slice(1)) : [...given];
  const current = words.pop() ?? '';
  return {
    words,
    current,
    // zsh and fish choose and quote by themselves; zsh has taken the prefix off.
    replies: (prefix, candidates) =>
      candidates
        .map(({ value, note }) => ({ value: shell === 'zsh' ? value : prefix + value, note }))
        .filter(({ value }) => shell !== 'powershell' || value.startsWith(current))
        .map(({ value, note }) => `${value}\t${note}`),
  };
}

function bashRequest([line = '', type, breaks = '']: readonly string[]): CompletionRequest {
  const { words, current } = readBashLine(line, breaks);
  return {
    words: words.slice(1),
    current: current.value,
    replies: (prefix, candidates) =>
      candidates
        .map(({ value, note }) => ({ value: prefix + value, note }))
        .filter(({ value }) => value.startsWith(current.value))
        .flatMap((candidate) =>
          type === LISTING ? listed(candidate) : (bashReply(candidate.value, current) ?? []),
        ),
  };
}

function listed({ value, note }: Candidate): string {
  return note === '' ? value : `${value}  (${note})`;
}

/** The word at the cursor of a bash command line, as readline is going to replace it. */
interface BashWord {
  /** The word's meaning: without quotes and backslashes. */
  value: string;
  /** The quote that is open at the cursor. */
  quote: '' | "'" | '"';
  /** How much of the meaning readline leaves as it is: it replaces only what follows. */
  kept: number;
}

/**
 * Reads a line up to the cursor: the meaning of its words, the program first, and the word at the cursor.
 * Nothing in it is expanded: `$x` means itself. `breaks` is COMP_WORDBREAKS, the characters behind which
 * readline begins what it replaces.
 */
function readBashLine(line: string, breaks: string): { words: string[]; current: BashWord } {
  const words: string[] = [];
  let value = '';
  let quote: BashWord['quote'] = '';
  let kept = 0;
  let isWord = false;
  const end = (): void => {
    if (isWord) words.push(value);
    [value, kept, isWord] = ['', 0, false];
  };
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === '' && /\s/.test(char)) {
      end();
      continue;
    }
    isWord = true;
    if (char === quote) {
      quote = '';
      kept = value.length;
    } else if (quote === '' && (char === "'" || char === '"')) {
      quote = char;
      kept = value.length;
    } else if (char === '\\' && escapes(line.charAt(at + 1), quote)) value += line.charAt(++at);
    else {
      value += char;
      if (quote === '' && breaks.includes(char)) kept = value.length;
    }
  }
  return { words, current: { value, quote, kept } };
}

/** Whether a backslash before the character is no part of the meaning. */
function escapes(next: string, quote: BashWord['quote']): boolean {
  if (quote === "'") return false;
  return quote === '' || '\\"$`'.includes(next);
}

/** Characters that bash needs no backslash for: letters and digits of any script, and these. */
const PLAIN = /[^\p{L}\p{N}_./:=@%+,-]/gu;

/**
 * The candidate as bash has to read it in the place of the word; undefined when the open quote cannot
 * hold it.
 */
function bashReply(candidate: string, { quote, kept }: BashWord): string | undefined {
  const text = candidate.slice(kept);
  if (quote === '') return text.replace(PLAIN, '\\$&');
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // In double quotes, `!` calls up the history and no backslash helps.
  return text.includes('!') ? undefined : text.replace(/[\\"$`]/g, '\\$&');
}

// Each asks the program itself, which answers in lines; `\tfiles` alone means names of files. What
// it answers is never evaluated: names of conversations come from outside.

/** The program quotes for bash, so it is given the line as it is typed. */
const BASH = `_telnyx_chat() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == $'\\tfiles' ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    [[ $line == *: ]] && compopt -o nospace 2>/dev/null
    COMPREPLY+=("$line")
  done < <(command telnyx-chat completion bash -- \\
    "\${COMP_LINE:0:COMP_POINT}" "$COMP_TYPE" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
}
complete -F _telnyx_chat telnyx-chat
`;

const ZSH = `#compdef telnyx-chat
_telnyx_chat() {
  local line value
  local -a lines values shown space
  lines=("\${(@f)$(command telnyx-chat completion zsh -- \\
    "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  [[ $PREFIX == -*=* ]] && compset -P 1 '*='
  if [[ $lines == $'\\tfiles' ]]; then
    _files
    return
  fi
  for line in $lines; do
    value=\${line%%$'\\t'*}
    values+=("$value")
    line=\${line#*$'\\t'}
    shown+=("$value\${line:+  -- $line}")
    [[ $value == *: ]] && space=(-S '')
  done
  compadd -l "\${space[@]}" -d shown -a values
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _telnyx_chat "$@"
else
  compdef _telnyx_chat telnyx-chat
fi
`;

const FISH = `function __telnyx_chat
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command telnyx-chat completion fish -- $words[2..] "$current" 2>/dev/null </dev/null)
    if test "$lines" = \\tfiles
        __fish_complete_path "$current"
    else if set -q lines[1]
        printf '%s\\n' $lines
    end
end
complete -c telnyx-chat -e
complete -c telnyx-chat -f -a '(__telnyx_chat)'
`;

/** '' as the only result keeps PowerShell from offering files. */
const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName telnyx-chat -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { '=' + $_.Value }
      else { '=' + $_.Extent.Text }
    })
  $words += '=' + ($wordToComplete -replace '^[''"]', '')
  $encoding = [Console]::OutputEncoding
  try {
    [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
    $lines = @(& telnyx-chat completion powershell '--' @words 2>$null)
  } finally {
    [Console]::OutputEncoding = $encoding
  }
  if ($lines.Count -eq 1 -and $lines[0] -eq "\`tfiles") { return }
  if ($lines.Count -eq 0) { return '' }
  foreach ($line in $lines) {
    $value, $note = $line -split "\`t", 2
    if (-not $note) { $note = $value }
    $text = $value
    if ($value -notmatch '^[A-Za-z0-9_./:=-]+$') {
      $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
    }
    [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $note)
  }
}
`;

/** The script that each shell reads to complete the program's command lines. */
export const SCRIPTS: Record<Shell, string> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
