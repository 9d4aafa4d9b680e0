/** What text from outside could try on a terminal that prints it as it is. */
export interface TerminalAttack {
  name: string;
  text: string;
  /** What the terminal, or its reader, would suffer. */
  would: string;
  /** All that may be seen of it. */
  shown: string;
}

const ESC = '\x1b';
const BEL = '\x07';
const ST = `${ESC}\\`;

const attack = (
  name: string,
  text: string,
  would: string,
  shown = 'before after',
): TerminalAttack => ({ name, text: `before ${text}after`, would, shown });

export const TERMINAL_ATTACKS: readonly TerminalAttack[] = [
  attack('window title, OSC 0 and BEL', `${ESC}]0;owned${BEL}`, 'rename the window'),
  attack('window title, OSC 2 and ST', `${ESC}]2;owned${ST}`, 'rename the window'),
  attack('window title of screen', `${ESC}kowned${ST}`, 'rename the window in tmux and screen'),
  attack('title report', `${ESC}]2;rm -rf ~${BEL}${ESC}[21t`, 'type the title as input'),
  attack('title stack', `${ESC}[22;0t${ESC}[23;0t`, 'save and restore titles'),
  attack('resize', `${ESC}[8;5;10t${ESC}[2t`, 'shrink and minimise the window'),
  attack('clipboard, OSC 52', `${ESC}]52;c;cm0gLXJmIH4K${BEL}`, 'write the clipboard'),
  attack('clipboard query', `${ESC}]52;c;?${ST}`, 'type the clipboard as input'),
  attack(
    'misleading hyperlink, OSC 8',
    `${ESC}]8;;https://evil.example${ST}https://bank.example${ESC}]8;;${ST} `,
    'lead elsewhere than it says',
    'before https://bank.example after',
  ),
  attack('cursor up and overwrite', `${ESC}[1A${ESC}[2K${ESC}[1G`, 'rewrite earlier lines'),
  attack('cursor position', `${ESC}[1;1H`, 'write anywhere'),
  attack('save and restore cursor', `${ESC}7${ESC}[5;5H${ESC}8`, 'write anywhere'),
  attack('reverse index', `${ESC}M`, 'move up and scroll'),
  attack('screen clear', `${ESC}[2J${ESC}[3J${ESC}[H`, 'clear the screen and what scrolled off'),
  attack('full reset', `${ESC}c`, 'reset the terminal'),
  attack('soft reset', `${ESC}[!p`, 'reset the terminal'),
  attack('alignment test', `${ESC}#8`, 'fill the screen with E'),
  attack('scroll region', `${ESC}[2;3r`, 'keep later output in two lines'),
  attack('hidden text, SGR 8', `${ESC}[8msecret ${ESC}[28m`, 'hide text', 'before secret after'),
  attack(
    'text in the colour of its ground',
    `${ESC}[30;40msecret ${ESC}[0m`,
    'hide text',
    'before secret after',
  ),
  attack(
    'text in 24-bit colour, colons',
    `${ESC}[38:2::0:0:0msecret ${ESC}[0m`,
    'hide text',
    'before secret after',
  ),
  attack('DECSET cursor and screen', `${ESC}[?25l${ESC}[?1049h`, 'hide the cursor, switch screens'),
  attack('DECSET mouse and paste', `${ESC}[?1000;1006h${ESC}[?2004l`, 'make clicks type'),
  attack('keypad mode', `${ESC}=`, 'change what keys send'),
  attack('device attributes', `${ESC}[c${ESC}[>c${ESC}[=c${ESC}Z`, 'type an answer as input'),
  attack('status and cursor report', `${ESC}[5n${ESC}[6n`, 'type an answer as input'),
  attack('answerback, ENQ', '\x05', 'type an answer as input'),
  attack('setting report, DECRQSS', `${ESC}P$q"p${ST}`, 'type an answer as input'),
  attack('capability report', `${ESC}P+q544e${ST}`, 'type an answer as input'),
  attack('colour query', `${ESC}]10;?${BEL}${ESC}]4;1;?${ST}`, 'type an answer as input'),
  attack('palette', `${ESC}]4;0;rgb:ff/ff/ff${ST}${ESC}]104${BEL}`, 'make text unreadable'),
  attack(
    'tmux passthrough',
    `${ESC}Ptmux;${ESC}${ESC}]52;c;cm0K${BEL}${ST}`,
    'reach the terminal around tmux',
  ),
  attack('user-defined keys', `${ESC}P1;1|17/0d${ST}`, 'redefine a key'),
  attack('sixel', `${ESC}Pq"1;1;100;100#0;2;0;0;0#0!100~-${ST}`, 'draw over text'),
  attack('kitty graphics, APC', `${ESC}_Ga=T,f=24,s=1,v=1;AAAA${ST}`, 'draw, read files'),
  attack('SOS and PM', `${ESC}Xhidden${ST}${ESC}^hidden${ST}`, 'hide text'),
  attack('8-bit CSI', '\x9b2J\x9b1;1H', 'clear the screen'),
  attack('8-bit OSC', '\x9d0;owned\x9c', 'rename the window'),
  attack('8-bit OSC ended by BEL', `\x9d0;owned${BEL}`, 'rename the window'),
  attack('8-bit DCS and APC', '\x90$q"p\x9c\x9fGa=d\x9c', 'type an answer as input'),
  attack('other C1 controls', '\x84\x85\x88\x8d\x8e\x8f', 'move the cursor'),
  attack(
    'Trojan Source override',
    '\u202e\u2066// check \u2069\u2066',
    'show code in another order',
    'before // check after',
  ),
  attack('bidi embedding', '\u202a\u202b\u202c\u202d\u2067\u2068', 'show text in another order'),
  attack(
    'tag characters',
    Array.from('ignore', (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join(''),
    'hide text that only a program reads',
  ),
  attack('zero-width characters', '\u200b\u2060\ufeff', 'hide data, break copied commands'),
  attack('backspaces', `harmless${'\b'.repeat(8)}`, 'overwrite text', 'before harmlessafter'),
  attack('carriage return', 'harmless\r', 'overwrite the line', 'before harmless\nafter'),
  attack('vertical tab and form feed', '\v\f', 'move the cursor, clear the screen'),
  attack('charset switch, SO and SI', '\x0e\x0f', 'turn letters into line drawing'),
  attack('charset designation', `${ESC}(0${ESC})0${ESC}%@`, 'turn letters into line drawing'),
  attack('iTerm2, OSC 1337', `${ESC}]1337;File=name=eA==;size=1:AA==${BEL}`, 'write a file'),
  attack('working directory, OSC 7', `${ESC}]7;file:///etc${ST}`, 'mislead new tabs'),
  attack('notifications, OSC 9 and 777', `${ESC}]9;hi${BEL}${ESC}]777;notify;a;b${BEL}`, 'notify'),
  attack('prompt marks, OSC 133', `${ESC}]133;A${BEL}${ESC}]133;C${ST}`, 'fake a prompt'),
  attack('bell', BEL.repeat(3), 'ring'),
  attack('NUL and DEL', '\0\x7f', 'upset what reads the output'),
  attack('cancelled sequence', `${ESC}]0;owned\x18${ESC}[3\x1a`, 'rename the window'),
  attack('sequence within a sequence', `${ESC}]0;a${ESC}]0;owned${BEL}`, 'rename the window'),
  attack('doubled ESC', `${ESC}${ESC}[2J`, 'clear the screen'),
  {
    name: 'unfinished CSI at the end',
    text: `before after${ESC}[3`,
    would: 'eat what is printed next',
    shown: 'before after',
  },
  {
    name: 'unfinished OSC at the end',
    text: `before after${ESC}]0;owned`,
    would: 'swallow what is printed next',
    shown: 'before after',
  },
  attack('unfinished OSC over a newline', `${ESC}]0;x\n`, 'swallow the rest', 'before 0;x\nafter'),
];
