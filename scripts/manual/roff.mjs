// Text as man(7) source.

const SPECIAL = {
  '\\': '\\(rs',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Text that means itself anywhere in a line. */
export function escaped(text) {
  return text
    .replace(/[\\'"`^~-]/g, (character) => SPECIAL[character])
    .replace(/[^\x20-\x7e\n]/gu, (character) => {
      const code = character.codePointAt(0).toString(16).toUpperCase();
      return `\\[u${code.padStart(4, '0')}]`;
    })
    .replace(/^\./gm, '\\&.');
}

export const bold = (text) => `\\fB${escaped(text)}\\fR`;

/** A usage or a flag as it is shown: what stands for a value is in italics. */
export function shown(text) {
  return text
    .split(/(<[^>]+>|\[[^\]]+\])/)
    .map((part, index) => (index % 2 === 0 ? bold(part) : placeholder(part)))
    .join('')
    .replaceAll('\\fB\\fR', '');
}

const placeholder = (part) => `${part[0]}\\fI${escaped(part.slice(1, -1))}\\fR${part.at(-1)}`;

export const section = (title, lines) => [`.SH ${title}`, ...lines];

export const subsection = (title, lines) => [`.SS ${title}`, ...lines];

/** The first of a section needs no macro. */
export const paragraphs = (...texts) =>
  texts.flatMap((text, index) => [...(index > 0 ? ['.PP'] : []), ...wrapped(text)]);

/** Terms with what they mean; a term is source already. */
export const list = (rows) => rows.flatMap(([term, text]) => ['.TP', term, ...wrapped(text)]);

/** Lines of source have no say in how a paragraph is filled, but short ones are the custom. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > 70) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trimStart());
  }
  return lines.map(escaped);
}

/** Lines as they stand. */
export const verbatim = (text) => ['.RS 4', '.nf', escaped(text), '.fi', '.RE'];
