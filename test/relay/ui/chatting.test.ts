import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { heldChat } from '../../helpers/held-chat.js';
import { recordingServer, json } from '../../helpers/recording-server.js';
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
