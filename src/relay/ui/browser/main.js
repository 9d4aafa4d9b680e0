const form = elementOf('composer');
const field = /** @type {HTMLTextAreaElement} */ (elementOf('message'));
const tokenField = /** @type {HTMLInputElement} */ (elementOf('token'));
const accessElement = elementOf('access');
const sendButton = elementOf('send');
const cancelButton = elementOf('cancel');
const stateElement = elementOf('state');

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

/** @param {string} message */
async function send(message) {
  if (message.trim() === '' || running) return;
  const key = withdraw(message) ?? newKey();
  const mine = addMessage('You', message);
  const reply = addReply();
  showEnd();
  const turn = { message, key, elements: [mine.article, reply.article] };
  unanswered = turn;
  const stop = new AbortController();
  setRunning(stop);
  try {
    const answer = await takeTurn(turn, {
      conversationId,
      token: tokenField.value.trim(),
      signal: stop.signal,
      onText: reply.grow,
      onWait: () => say('Under way already: waiting for the reply'),
    });
    if (running !== stop) return;
    conversationId = answer.conversation_id;
    unanswered = undefined;
    reply.end(answer.reply ?? '');
    setRunning(undefined);
    // A token that was right is asked for no more.
    accessElement.hidden = true;
  } catch (error) {
    if (running !== stop) return;
    reply.stop();
    setRunning(undefined);
    explain(error, turn);
  }
}

/**
 * Makes room for a message: the same one takes the place of its last try, and has its key.
 * @param {string} message
 */
function withdraw(message) {
  document.querySelectorAll('.problem button').forEach((button) => button.remove());
  if (unanswered?.message !== message) return undefined;
  unanswered.elements.forEach((element) => element.remove());
  return unanswered.key;
}

/**
 * Tells of a turn without a reply, and gives its text back, unless another one is being typed.
 * @param {unknown} error
 * @param {ShownTurn} turn
 */
function explain(error, turn) {
  if (field.value === '') field.value = turn.message;
  if (!(error instanceof TurnError)) {
    const next = conversationId ? '' : ' The next one begins a conversation of its own.';
    turn.elements.push(addNote(`Cancelled. The assistant may have got the message.${next}`));
    say('Cancelled');
    return;
  }
  const { mayHaveRun, isTokenWrong } = error.facts;
  conversationId = error.facts.conversationId ?? conversationId;
  if (mayHaveRun) turn.key = newKey();
  const again = newButton(mayHaveRun ? 'Send once more' : 'Try again', () => {
    if (field.value === turn.message) field.value = '';
    void send(turn.message);
    field.focus();
  });
  turn.elements.push(addProblem(error.message, again));
  if (isTokenWrong) askForToken();
}

/** @param {AbortController | undefined} stop */
function setRunning(stop) {
  running = stop;
  // Focus is lost with what it is on.
  if (document.activeElement === cancelButton) field.focus();
  sendButton.hidden = stop !== undefined;
  cancelButton.hidden = stop === undefined;
  say(stop ? 'Waiting for the reply' : '');
}

function askForToken() {
  accessElement.hidden = false;
  tokenField.focus();
}

/** @param {string} text */
function say(text) {
  stateElement.textContent = text;
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
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener('keydown', (event) => {
  // Enter also ends the input of a composed word, in Japanese for one.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
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
