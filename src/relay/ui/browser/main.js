const form = elementOf('composer');
const field = /** @type {HTMLTextAreaElement} */ (elementOf('message'));
const tokenField = /** @type {HTMLInputElement} */ (elementOf('token'));
const accessElement = elementOf('access');
const sendButton = elementOf('send');
const cancelButton = elementOf('cancel');
const stateElement = elementOf('state');

/** A keyboard on the screen has no Shift+Enter: there, Enter starts a line and the button sends. */
const hasKeyboard = matchMedia('(hover: hover), (pointer: fine)').matches;

/** @type {string | undefined} */
let conversationId;
/**
 * Ends the turn under way.
 * @type {AbortController | undefined}
 */
let running;
/**
 * The last message, as long as there is no reply to it, and what stands of it on the page.
 * @type {ShownTurn | undefined}
 */
let unanswered;
let hasTools = false;

const AWAY = 'The assistant cannot be reached right now.';
const WAITING = 'Waiting for the reply';
const hintElement = elementOf('hint');
const HINT = hintElement.textContent;

/** @param {string} message */
async function send(message) {
  if (message.trim() === '' || running) return;
  const key = withdraw(message) ?? newKey();
  const mine = addMessage(message);
  const reply = addReply();
  showEnd();
  const turn = { message, key, elements: [mine, reply.article] };
  unanswered = turn;
  const token = tokenField.value.trim();
  const stop = new AbortController();
  setRunning(stop);
  const unwatch = watchReach(token, tellReach);
  try {
    const answer = await takeTurn(turn, {
      conversationId,
      token,
      signal: stop.signal,
      onText(text) {
        unwatch();
        say(WAITING);
        reply.grow(text);
      },
      onWait: () => say('The reply is on its way'),
    });
    if (running !== stop) return;
    conversationId = answer.conversation_id;
    unanswered = undefined;
    reply.end(answer.reply ?? '');
    setRunning(undefined);
    // A token that was right is asked for no more.
    accessElement.hidden = true;
    if (hasTools) {
      const calls = await toolCallsOf({
        conversationId,
        message,
        reply: answer.reply ?? '',
        token,
      });
      reply.addToolCalls(calls);
    }
  } catch (error) {
    if (running !== stop) return;
    reply.stop();
    setRunning(undefined);
    explain(error, turn);
  } finally {
    unwatch();
  }
}

/**
 * Makes room for a message: the same one takes the place of its last try, and has its key.
 * @param {string} message
 */
function withdraw(message) {
  document.querySelectorAll('#log button').forEach((button) => button.remove());
  if (!unanswered) return undefined;
  const isSame = unanswered.message === message;
  if (isSame || unanswered.isBack) unanswered.elements.forEach((element) => element.remove());
  return isSame ? unanswered.key : undefined;
}

/**
 * Tells of a turn without a reply, with one way to go on: a message that has to be changed, or may be, comes
 * back to the field; any other one stays, with a button that sends it again.
 * @param {unknown} error
 * @param {ShownTurn} turn
 */
function explain(error, turn) {
  if (!(error instanceof TurnError)) {
    const next = conversationId ? '' : ' Your next message starts a new conversation.';
    const note = `Cancelled. The assistant may still get this message.${next}`;
    turn.elements.push(addNote(note, retryButton('Try again', turn)));
    // The note says it too, but is not read out.
    say('Cancelled', 'unseen');
    return;
  }
  const { mayHaveRun, isTokenWrong, isRefused } = error.facts;
  conversationId = error.facts.conversationId ?? conversationId;
  if (mayHaveRun) turn.key = newKey();
  turn.isBack = isRefused === true && field.value === '';
  if (turn.isBack) {
    turn.elements.forEach((element) => element.remove());
    field.value = turn.message;
  }
  const again = mayHaveRun ? 'Send again' : 'Try again';
  turn.elements.push(addProblem(error.message, turn.isBack ? undefined : retryButton(again, turn)));
  if (isTokenWrong) askForToken();
}

/** @param {string} name @param {Turn} turn */
function retryButton(name, { message }) {
  return newButton(name, () => {
    void send(message);
    field.focus();
  });
}

/** Shows who the assistant is, as soon as that is known. */
async function introduce() {
  const introduction = await introductionFor(tokenField.value.trim());
  hintElement.textContent = introduction ? HINT : `${AWAY} You can still try to send a message.`;
  if (!introduction) return;
  const { name = '', greeting = '', has_tools } = introduction;
  hasTools = has_tools === true;
  nameAssistant(name);
  const text = elementOf('greeting');
  markdownView(text)(greeting);
  elementOf('greeted').hidden = greeting === '';
}

/** @param {boolean} isReached */
function tellReach(isReached) {
  if (isReached) say('Still waiting for the reply');
  else say(`${AWAY} Still trying…`, 'wrong');
}

/** @param {AbortController | undefined} stop */
function setRunning(stop) {
  running = stop;
  // Focus is lost with what it is on.
  if (document.activeElement === cancelButton) field.focus();
  sendButton.hidden = stop !== undefined;
  cancelButton.hidden = stop === undefined;
  say(stop ? WAITING : '');
}

function askForToken() {
  accessElement.hidden = false;
  tokenField.focus();
}

/** @param {string} text @param {'' | 'wrong' | 'unseen'} [look] */
function say(text, look = '') {
  if (stateElement.textContent !== text) stateElement.textContent = text;
  stateElement.className = look;
}

/** Works without HTTPS too, where `randomUUID` does not. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join(
    '-',
  );
}

function submit() {
  if (running) return say('Wait for the reply, or cancel it');
  const message = field.value;
  if (message.trim() === '') return;
  field.value = '';
  field.focus();
  void send(message);
}

function cancel() {
  running?.abort();
}

function startAnew() {
  cancel();
  setRunning(undefined);
  conversationId = undefined;
  unanswered = undefined;
  clearLog();
  say('New conversation');
  field.focus();
  if (accessElement.hidden) void introduce();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener('keydown', (event) => {
  // Enter also ends the input of a composed word, in Japanese for one.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !hasKeyboard) return;
  event.preventDefault();
  submit();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) cancel();
});
window.addEventListener('beforeunload', (event) => {
  if (running || field.value !== '') event.preventDefault();
});
cancelButton.addEventListener('click', cancel);
elementOf('new').addEventListener('click', startAnew);
tokenField.addEventListener('change', () => void introduce());
if (hasKeyboard) field.setAttribute('aria-describedby', 'keys');
else elementOf('keys').remove();
if (accessElement.hidden) void introduce();
