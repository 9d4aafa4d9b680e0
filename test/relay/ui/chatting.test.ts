import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { heldChat } from '../../helpers/held-chat.js';
import { pageBefore } from '../../helpers/page-before.js';
import { recordingServer, json, type RecordedRequest } from '../../helpers/recording-server.js';
import { realClock } from '../../helpers/real-clock.js';
import { serve, serveSandbox, upstream } from '../../helpers/relay.js';

const NICE = 'Nice to meet you, Ada. I will remember your name.';

describeInBrowser('chatting on the page', ({ open }) => {
  test('a later turn goes on with the conversation of the first', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    await chat.ask('My name is Ada.');
    await chat.ask('What is my name?');
    expect(await chat.said()).toEqual([
      'You: My name is Ada.',
      `Sandbox Assistant: ${NICE}`,
      'You: What is my name?',
      'Sandbox Assistant: Your name is Ada.',
    ]);
    expect(await chat.field.inputValue()).toBe('');
  });

  test('a reply is shown piece by piece as it comes', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    const [, reply] = [chat.messages.nth(0), chat.messages.nth(1).locator('.text')];
    await chat.send('hello');
    const held = await upstreamChat.next();
    await expect.poll(() => chat.state.innerText()).toBe('Waiting for the reply');
    held.say('One. Two is');
    await expect.poll(() => reply.textContent()).toBe('One. Two is');
    held.say(' here. Three');
    await expect.poll(() => reply.textContent()).toBe('One. Two is here. Three');
    held.end();
    await expect.poll(() => chat.state.innerText()).toBe('');
    expect(await reply.textContent()).toBe('One. Two is here. Three');
  });

  test('a screen reader gets whole sentences, each once', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    const heard = chat.page.getByRole('region', { name: 'Latest reply' });
    const sentences = (): Promise<string[]> => heard.locator('p').allTextContents();
    expect(await heard.getAttribute('aria-live')).toBe('polite');
    await chat.send('hello');
    const held = await upstreamChat.next();
    held.say('One. Two is');
    await expect.poll(sentences).toEqual(['One.']);
    held.say(' here. Thr');
    await expect.poll(sentences).toEqual(['One.', 'Two is here.']);
    held.say('ee');
    held.end();
    await expect.poll(sentences).toEqual(['One.', 'Two is here.', 'Three']);
  });

  test('Shift+Enter starts a line, Enter sends, and neither while a word is composed', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    await chat.field.pressSequentially('one');
    await chat.field.press('Shift+Enter');
    await chat.field.pressSequentially('two');
    await chat.field.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect([await chat.field.inputValue(), await chat.messages.count()]).toEqual(['one\ntwo', 0]);
    await chat.field.press('Enter');
    const reply = chat.messages.nth(1).locator('.text');
    await expect.poll(() => reply.innerText()).toContain('You said: "one\ntwo"');
  });

  test('what is typed meanwhile stays, and is not sent before the reply is there', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    const held = await upstreamChat.next();
    await chat.send('and');
    await expect.poll(() => chat.state.innerText()).toBe('Wait for the reply, or cancel it');
    held.say('hi');
    held.end();
    await expect.poll(() => chat.state.innerText()).toBe('');
    expect([await chat.said(), await chat.field.inputValue()]).toEqual([
      ['You: hello', 'Assistant: hi'],
      'and',
    ]);
  });

  test('nothing in a reply or a message is markup', async () => {
    const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>&lt;b&gt;\u202e`;
    const server = await recordingServer(json({ id: 'c-1', content: hostile }));
    const relay = await serve(['--ui'], { env: upstream(server.url) });
    const chat = chatPage(await open(relay.url));
    await chat.ask(hostile);
    const [mine, theirs] = await chat.page.locator('article .text').allTextContents();
    // An entity of HTML is a character in Markdown too.
    expect([mine, theirs]).toEqual([hostile, hostile.replace('&lt;b&gt;', '<b>')]);
    expect(await chat.page.locator('img, #log script, #log b').count()).toBe(0);
    expect(await chat.page.title()).toBe('Chat');
  });

  test('a new conversation knows nothing of the one before', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    await chat.ask('My name is Ada.');
    await chat.button('New conversation').click();
    expect(await chat.messages.count()).toBe(0);
    await chat.ask('What is my name?');
    expect((await chat.said())[1]).toContain('You have not told me your name yet');
  });

  test('a new conversation is not written into by the reply that was under way', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    await chat.send('first');
    const first = await upstreamChat.next();
    first.say('late');
    await chat.page.getByText('late', { exact: true }).first().waitFor();
    await chat.button('New conversation').click();
    await chat.send('second');
    const second = await upstreamChat.next();
    first.end();
    second.say('early');
    second.end();
    await expect.poll(() => chat.state.innerText()).toBe('');
    expect(await chat.said()).toEqual(['You: second', 'Assistant: early']);
  });

  test('nothing is stored in the browser, and asked of nobody but the relay', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open('about:blank'));
    const asked: string[] = [];
    chat.page.on('request', (request) => asked.push(request.url()));
    await chat.page.goto(relay.url);
    await chat.ask('hello');
    const stored = await chat.page.evaluate(
      `(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length])()`,
    );
    expect(stored).toEqual([0, 0, '', 0, 0]);
    expect(await chat.page.context().cookies()).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([
      `${relay.url}/`,
      `${relay.url}/ui/assistant`,
      `${relay.url}/chat`,
      `${relay.url}/ui/tool-calls`,
    ]);
  });

  test('a page with unsent text asks before it is left', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    const asked = new Promise<string>((resolve) => {
      chat.page.on('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      });
    });
    await chat.field.pressSequentially('a draft');
    await chat.page.reload();
    expect(await asked).toBe('beforeunload');
  });
});

const SAFE = 'You can try again: your message will not be sent twice.';

describeInBrowser('when something goes wrong on the page', ({ open }) => {
  test('a message whose answer was lost is sent again, and not run again', async () => {
    const { sandbox, url } = await serveSandbox(['--ui']);
    const chat = chatPage(await open(url));
    await chat.page.route('**/chat', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await chat.send('My name is Ada.');
    await expect
      .poll(() => chat.problem.locator('p').allInnerTexts())
      .toEqual([`The connection was lost. ${SAFE}`]);
    expect(await chat.field.inputValue()).toBe('');
    await chat.page.unroute('**/chat');
    await chat.button('Try again').click();
    await expect
      .poll(chat.said)
      .toEqual([
        'You: My name is Ada.',
        'Sandbox Assistant: Nice to meet you, Ada. I will remember your name.',
      ]);
    expect([await chat.problem.count(), await chat.field.inputValue()]).toEqual([0, '']);
    expect(sandbox.stats().conversations.map(({ turns }) => turns)).toEqual([
      [{ text: 'My name is Ada.', count: 1 }],
    ]);
  });

  test('the thread of a first message that failed goes on', async () => {
    let failures = 1;
    const server = await recordingServer((response, request) => {
      if (!request.url.endsWith('/chat')) json({ id: 'c-1' })(response, request);
      else if (failures-- > 0) json({ errors: [{ title: 'no' }] }, 400)(response, request);
      else json({ content: 'hi' })(response, request);
    });
    const relay = await serve(['--ui'], { env: upstream(server.url) });
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    await expect
      .poll(() => chat.problem.locator('p').allInnerTexts())
      .toEqual([
        'The assistant did not accept this message. Change it, or start a new conversation.',
      ]);
    // It was not sent, so there is one copy of it, where it can be changed.
    expect([await chat.field.inputValue(), await chat.said()]).toEqual(['hello', []]);
    expect(await chat.problem.getByRole('button').count()).toBe(0);
    await chat.field.fill('hello again');
    await chat.field.press('Enter');
    await expect.poll(async () => (await chat.said()).at(-1)).toBe('Assistant: hi');
    const bodies = server.requests.filter(({ method }) => method === 'POST').map(bodyOf);
    expect(bodies).toMatchObject([
      {},
      { content: 'hello', conversation_id: 'c-1' },
      { content: 'hello again', conversation_id: 'c-1' },
    ]);
  });

  test('a message that may have got there is sent once more only when one says so', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui', '--timeout', '2'], {
      env: upstream(upstreamChat.url),
      clock: realClock(10),
    });
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    await upstreamChat.next();
    await chat.button('Try again').click();
    await expect
      .poll(() => chat.problem.locator('p').allInnerTexts())
      .toEqual([
        'No reply came back. The assistant may already have your message: sent again, it may arrive twice.',
      ]);
    await chat.button('Send again').click();
    const held = await upstreamChat.next();
    held.say('hi');
    held.end();
    await expect.poll(chat.said).toEqual(['You: hello', 'Assistant: hi']);
  });

  test('a reply that breaks off is fetched by trying again, when it is ready', async () => {
    const relay = await pageBefore([
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('event: delta\ndata: {"text":"Half a"}\n\nevent: do');
      },
      json({ error: 'A request with this Idempotency-Key is in progress' }, 409),
      json({ conversation_id: 'c-1', reply: 'Half a loaf.' }, 200),
    ]);
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    await chat.problem.waitFor();
    expect(await chat.said()).toEqual(['You: hello', 'Assistant: Half a']);
    await chat.button('Try again').click();
    await expect.poll(() => chat.state.innerText()).toBe('The reply is on its way');
    await expect.poll(chat.said).toEqual(['You: hello', 'Assistant: Half a loaf.']);
    const keys = relay.requests.map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  });

  test('what no relay would answer is told by its status', async () => {
    const relay = await pageBefore([
      (response) => void response.writeHead(599).end('<h1>Bad Gateway</h1>'),
    ]);
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    await expect
      .poll(() => chat.problem.locator('p').allInnerTexts())
      .toEqual([`Something went wrong (HTTP 599). ${SAFE}`]);
  });

  test('Escape cancels; tried again, the message has its reply', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    const cancelled = chat.page.waitForEvent('requestfailed');
    await chat.send('hello');
    const held = await upstreamChat.next();
    held.say('hi');
    await expect.poll(chat.said).toEqual(['You: hello', 'Assistant: hi']);
    await chat.page.keyboard.press('Escape');
    expect((await cancelled).failure()?.errorText).toBe('net::ERR_ABORTED');
    await expect.poll(() => chat.state.innerText()).toBe('Cancelled');
    expect(await chat.field.inputValue()).toBe('');
    expect(await chat.button('Send').isVisible()).toBe(true);
    held.say(' there');
    held.end();
    await chat.button('Try again').click();
    await expect.poll(chat.said).toEqual(['You: hello', 'Assistant: hi there']);
    expect(await chat.page.getByText('Cancelled').count()).toBe(0);
  });

  test('the cancel button does the same, and leaves what is being typed', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    await chat.send('hello');
    const held = await upstreamChat.next();
    await chat.field.fill('a draft');
    await chat.button('Cancel').click();
    await expect.poll(() => chat.state.innerText()).toBe('Cancelled');
    expect([await chat.field.inputValue(), await chat.said()]).toEqual(['a draft', ['You: hello']]);
    expect(await chat.focused()).toBe('message');
    // The relay does not end before a turn that can be asked for again.
    held.end();
  });

  test('a limit says when to try again', async () => {
    const relay = await serve(['--sandbox', '--ui', '--rate-limit', '1']);
    const chat = chatPage(await open(relay.url));
    await chat.ask('hello');
    await chat.send('hello again');
    await expect
      .poll(async () => (await chat.problem.locator('p').allInnerTexts()).join())
      .toMatch(/^Too many messages\. Try again in (59|60) seconds\.$/);
  });
});

describeInBrowser('a relay with a token', ({ open }) => {
  test('asks for it, and again when it is wrong, and keeps the message', async () => {
    const relay = await serveSandbox(['--ui', '--token', 's3cret']);
    const chat = chatPage(await open(relay.url));
    expect(await chat.token.isVisible()).toBe(true);
    const refused = 'That access token was not accepted. Check it, then send again.';
    const odd = 'That does not look like an access token. Check it, then send again.';
    for (const [wrong, advice] of [
      ['', 'This chat needs an access token. Enter it below, then send again.'],
      ['guess', refused],
      ['s3cret2', refused],
      ['sécret', odd],
      ['日本 語', odd],
    ] as const) {
      await chat.token.fill(wrong);
      await chat.send('My name is Ada.');
      await expect.poll(chat.focused).toBe('token');
      const [problem] = await chat.problem.locator('p').allInnerTexts();
      expect(problem).toBe(advice);
      expect(await chat.problem.count()).toBe(1);
      expect(await chat.field.inputValue()).toBe('My name is Ada.');
    }
    await chat.token.fill(' s3cret ');
    await chat.token.press('Enter');
    await expect.poll(async () => (await chat.said()).at(-1)).toContain('Nice to meet you, Ada.');
    // Words are shown before the reply has ended.
    await chat.token.waitFor({ state: 'hidden' });
    expect(await chat.problem.count()).toBe(0);
    expect(relay.sandbox.requestCount('chat')).toBe(1);
  });

  test('does not find the token anywhere but in its field', async () => {
    const relay = await serveSandbox(['--ui', '--token', 's3cret']);
    const chat = chatPage(await open(relay.url));
    const headers: Record<string, string>[] = [];
    chat.page.on('request', (request) => headers.push(request.headers()));
    await chat.token.fill('s3cret');
    await chat.ask('hello');
    expect(new Set(headers.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer s3cret']),
    );
    expect(await chat.page.content()).not.toContain('s3cret');
    expect(chat.page.url()).toBe(`${relay.url}/`);
    await chat.page.reload();
    expect(await chat.token.inputValue()).toBe('');
  });

  test('shows no field for it where none is needed', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    expect(await chat.token.isVisible()).toBe(false);
  });
});

function bodyOf({ body }: RecordedRequest): unknown {
  return JSON.parse(body);
}
