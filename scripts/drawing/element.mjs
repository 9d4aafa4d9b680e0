/**
 * An XML element, or its opening tag when no content is given. False and empty attributes are left out.
 *
 * @param {string} name
 * @param {Record<string, string | number | false>} attributes
 * @param {string} [content]
 */
export function element(name, attributes, content) {
  const given = Object.entries(attributes).filter(([, value]) => value !== false && value !== '');
  const tag = [name, ...given.map(([key, value]) => `${key}="${escaped(String(value))}"`)].join(
    ' ',
  );
  if (content === undefined) return `<${tag}>`;
  return content === '' ? `<${tag}/>` : `<${tag}>${escaped(content)}</${name}>`;
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]);
