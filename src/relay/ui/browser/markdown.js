/** A link may lead to these, and to nothing that runs here. */
const SAFE_TARGET = /^(?:https?:\/\/|mailto:|tel:)/i;

/** Of the named characters of HTML, those that people write. */
const CHARACTERS = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©' }),
);

/**
 * Shows a growing text as Markdown in an element. What is built are elements and texts, never markup, so that
 * nothing in a reply becomes more than that. Blocks that did not change stay as they are.
 * @param {Element} container
 */
function markdownView(container) {
  /** @type {string[]} */
  let shown = [];
  let linkCount = 0;
  return (/** @type {string} */ text) => {
    const { blocks, links } = blocksOf(text);
    // A target that is named later makes links of what stands before it.
    if (links !== linkCount) shown = [];
    linkCount = links;
    const changed = blocks.findIndex(({ raw }, at) => raw !== shown[at]);
    const kept = changed < 0 ? blocks.length : changed;
    while (container.childNodes.length > kept) container.lastChild?.remove();
    container.append(...blocks.slice(kept).map(blockElement));
    shown = blocks.map(({ raw }) => raw);
  };
}

/** @param {string} text @returns {{ blocks: MarkdownToken[], links: number }} */
function blocksOf(text) {
  try {
    const tokens = marked.lexer(text, { gfm: true, breaks: true });
    const blocks = tokens.filter(({ type }) => type !== 'space' && type !== 'def');
    return { blocks, links: Object.keys(tokens.links).length };
  } catch {
    // Nested deeper than the parser can follow.
    return { blocks: [{ type: 'html', raw: text }], links: 0 };
  }
}

/** @type {Record<string, (token: MarkdownToken) => Element>} */
const BLOCKS = {
  // Above it are the page's title and who speaks.
  heading: ({ depth, tokens }) => newElement('h3', `depth-${depth}`, ...inline(tokens)),
  paragraph: ({ tokens }) => newElement('p', '', ...inline(tokens)),
  blockquote: ({ tokens }) => newElement('blockquote', '', ...blockElements(tokens)),
  list: listElement,
  code: ({ text = '' }) => scrolling('pre', 'Code', newElement('code', '', text)),
  table: tableElement,
  hr: () => newElement('hr', ''),
};

/** @param {MarkdownToken} token */
function blockElement(token) {
  const build = Object.hasOwn(BLOCKS, token.type) ? BLOCKS[token.type] : undefined;
  return build ? build(token) : newElement('p', 'as-written', token.raw.trim());
}

/** @param {MarkdownToken[]} [tokens] */
function blockElements(tokens = []) {
  return tokens.filter(({ type }) => type !== 'space' && type !== 'def').map(blockElement);
}

/** @param {MarkdownToken} token */
function listElement({ ordered, start, items = [] }) {
  const list = newElement(ordered ? 'ol' : 'ul', '');
  if (ordered && start !== 1) list.setAttribute('start', String(start));
  list.append(...items.map(({ tokens = [] }) => newElement('li', '', ...tokens.map(itemPart))));
  return list;
}

/** @param {MarkdownToken} token @returns {string | Node} */
function itemPart(token) {
  if (token.type === 'checkbox') return token.checked ? '☑ ' : '☐ ';
  // The text of a list without empty lines between its items.
  return token.type === 'text' ? inlineNode(token) : blockElement(token);
}

/** @param {MarkdownToken} token */
function tableElement({ header = [], rows = [] }) {
  const row = (/** @type {string} */ name, /** @type {MarkdownCell[]} */ cells) =>
    newElement(
      'tr',
      '',
      ...cells.map(({ tokens, align }) => newElement(name, align ?? '', ...inline(tokens))),
    );
  const head = newElement('thead', '', row('th', header));
  const body = newElement('tbody', '', ...rows.map((cells) => row('td', cells)));
  return scrolling('div', 'Table', newElement('table', '', head, body));
}

/**
 * A table or code block wider than the window scrolls by itself, by the keyboard too.
 * @param {string} name @param {string} label @param {Node} content
 */
function scrolling(name, label, content) {
  const element = newElement(name, 'scrolling', content);
  element.tabIndex = 0;
  element.role = 'group';
  element.ariaLabel = label;
  return element;
}

/** @param {MarkdownToken[]} [tokens] */
function inline(tokens = []) {
  return tokens.map(inlineNode);
}

/** @param {MarkdownToken} token @returns {string | Node} */
function inlineNode(token) {
  const { type, raw, text = raw, tokens } = token;
  if (type === 'strong' || type === 'em' || type === 'del') {
    return newElement(type, '', ...inline(tokens));
  }
  if (type === 'codespan') return newElement('code', '', text);
  if (type === 'br' || (type === 'html' && /^<br\s*\/?>$/i.test(raw))) return newElement('br', '');
  if (type === 'link') return linkTo(token, inline(tokens));
  // No picture is loaded from elsewhere.
  if (type === 'image') return linkTo(token, [`Picture: ${decoded(text) || 'no description'}`]);
  if (type === 'escape') return text;
  if (type !== 'text') return raw;
  const parts = tokens ? inline(tokens) : [decoded(text)];
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : newElement('span', '', ...parts);
}

/** @param {MarkdownToken} token @param {(string | Node)[]} content */
function linkTo({ href = '' }, content) {
  const target = decoded(href);
  if (!SAFE_TARGET.test(target)) return newElement('span', '', ...content);
  const link = document.createElement('a');
  link.href = target;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  // Where it leads, whatever it says.
  link.title = target;
  link.append(...content);
  return link;
}

/** @param {string} text */
function decoded(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    if (name) return CHARACTERS.get(name) ?? whole;
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
