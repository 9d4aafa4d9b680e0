const logElement = elementOf('log');
const heardElement = elementOf('heard');

/** Shorter than this from its end, the page follows what is added; in CSS pixels. */
const NEAR_END = 80;

/** @param {string} id */
function elementOf(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
}

/**
 * Adds what somebody says. Texts are texts: nothing in them is markup here.
 * @param {'You' | 'Assistant'} who
 * @param {string} [text]
 */
function addMessage(who, text = '') {
  const article = document.createElement('article');
  article.className = who === 'You' ? 'mine' : 'theirs';
  const shown = document.createTextNode(text);
  const paragraph = newElement('p', 'text', shown);
  paragraph.dir = 'auto';
  article.append(newElement('h2', '', who), paragraph);
  addToLog(article);
  return { article, shown };
}

/** Adds a reply that is to come. */
function addReply() {
  const { article, shown } = addMessage('Assistant');
  const readOut = sentenceReader();
  article.classList.add('waiting');
  return {
    article,
    /** @param {string} text */
    grow(text) {
      keepingEnd(() => shown.appendData(text));
      readOut(text, false);
    },
    /** @param {string} reply the whole of it */
    end(reply) {
      readOut(reply.slice(shown.length), true);
      article.classList.remove('waiting');
      keepingEnd(() => (shown.data = reply));
    },
    stop() {
      article.classList.remove('waiting');
      if (shown.data === '') article.remove();
    },
  };
}

/** @param {string} text */
function addNote(text) {
  return addToLog(newElement('p', 'note', text));
}

/** @param {string} text @param {Element} button */
function addProblem(text, button) {
  const problem = newElement('div', 'problem', newElement('p', '', text), button);
  problem.role = 'alert';
  return addToLog(problem);
}

/** @param {string} name @param {() => void} onClick */
function newButton(name, onClick) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = name;
  button.addEventListener('click', onClick);
  return button;
}

/** @param {HTMLElement} element */
function addToLog(element) {
  keepingEnd(() => logElement.append(element));
  return element;
}

function clearLog() {
  logElement.replaceChildren();
  heardElement.replaceChildren();
}

/** Lets a screen reader read a reply that grows: by sentences, each once. */
function sentenceReader() {
  let rest = '';
  heardElement.replaceChildren();
  return (/** @type {string} */ text, /** @type {boolean} */ isLast) => {
    rest += text;
    const end = isLast ? rest.length : endOfSentence(rest);
    const sentences = rest.slice(0, end).trim();
    rest = rest.slice(end);
    if (sentences) heardElement.append(newElement('p', '', sentences));
  };
}

/** @param {string} text */
function endOfSentence(text) {
  return /^[^]*(?:[.!?…。！？]\s|\n)/.exec(text)?.[0].length ?? 0;
}

/**
 * Does what makes the page longer. Who reads its end goes on seeing it, who reads above stays there.
 * @param {() => void} change
 */
function keepingEnd(change) {
  const page = document.documentElement;
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < NEAR_END;
  change();
  if (isAtEnd) showEnd();
}

function showEnd() {
  document.documentElement.scrollTop = document.documentElement.scrollHeight;
}

/** @param {string} name @param {string} className @param {...(string | Node)} content */
function newElement(name, className, ...content) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...content);
  return element;
}
