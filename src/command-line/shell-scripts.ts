import type { Shell } from './request.js';

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
