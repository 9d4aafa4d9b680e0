const logElement = elementOf('log');
const heardElement = elementOf('heard');

/** Shorter than this from its end, the page follows what is added; in CSS pixels. */
const NEAR_END = 80;

let assistantName = 'Assistant';

/** @param {string} id */
function elementOf(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
}

/** @param {string} name '' for none */
function nameAssistant(name) {
  if (name.trim() === '') return;
  assistantName = name;
  document.title = `Chat with ${name}`;
  elementOf('title').textContent = name;
  document.querySelectorAll('.theirs > h2').forEach((heading) => (heading.textContent = name));
}

/** Adds what the person says. It is shown as it was typed. @param {string} text */
function addMessage(text) {
  return addArticle('mine', 'You', newElement('p', 'text', text));
}

/** @param {string} className @param {string} who @param {HTMLElement} content */
function addArticle(className, who, content) {
  content.dir = 'auto';
  return addToLog(newElement('article', className, newElement('h2', '', who), content));
}

/** Adds a reply that is to come. */
function addReply() {
  const content = newElement('div', 'text markdown');
  const article = addArticle('theirs', assistantName, content);
  const show = markdownView(content);
  const readOut = sentenceReader(content);
  let text = '';
  let frame = 0;
  article.classList.add('waiting');
  const draw = () => {
    keepingEnd(() => show(text));
    readOut(false);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    article.classList.remove('waiting');
  };
  return {
    article,
    /** @param {string} piece */
    grow(piece) {
      text += piece;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    },
    /** @param {string} reply the whole of it */
    end(reply) {
      stop();
      keepingEnd(() => show(reply));
      readOut(true);
    },
    stop() {
      stop();
      if (text === '') article.remove();
      else draw();
    },
    /** @param {ToolCall[]} calls */
    addToolCalls(calls) {
      keepingEnd(() => article.append(...calls.map(toolElement)));
    },
  };
}

/** A quiet line; opened, all of the call. @param {ToolCall} call */
function toolElement({ name, arguments: args, result }) {
  const known = result === null ? '' : ` → ${result}`;
  const line = newElement('span', '', newElement('b', '', name || 'a tool'), ` ${args}${known}`);
  const details = newElement('details', 'tool', newElement('summary', '', 'Used ', line));
  details.append(newElement('pre', '', `Arguments: ${args}\nResult: ${result ?? 'not known'}`));
  return details;
}

/** @param {string} text @param {HTMLElement | undefined} [button] */
function addNote(text, button) {
  return addToLog(newElement('div', 'note', newElement('p', '', text), button ?? ''));
}

/** @param {string} text @param {HTMLElement | undefined} button */
function addProblem(text, button) {
  const problem = newElement('div', 'problem', newElement('p', '', text), button ?? '');
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

/**
 * Lets a screen reader read a reply that grows, as it is shown: by sentences, each once.
 * @param {HTMLElement} content
 */
function sentenceReader(content) {
  let count = 0;
  heardElement.replaceChildren();
  return (/** @type {boolean} */ isWhole) => {
    const sentences = content.innerText.match(/[^]+?(?:[.!?…。！？](?=\s)|\n|$)/g) ?? [];
    // The last one may go on.
    const ready = isWhole ? sentences : sentences.slice(0, -1);
    for (const sentence of ready.slice(count)) {
      if (sentence.trim()) heardElement.append(newElement('p', '', sentence.trim()));
    }
    count = Math.max(count, ready.length);
  };
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
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}
