/** Newlines of any kind as \n. */
function unifyNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return '␡';
  // An eight-bit control is its seven-bit form: ESC and a letter.
  if (code >= 0x80) return `␛${String.fromCharCode(code - 0x40)}`;
  return String.fromCharCode(0x2400 + code);
}

/**
 * Typed or pasted text as it may stand in a draft: newlines are \n, tabs stay, and every other
 * control character becomes its picture, so that the draft shows exactly what will be sent.
 */
export function toDraftText(text: string): string {
  return unifyNewlines(text).replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, picture);
}
