import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { heldChat } from '../../helpers/held-chat.js';
import { serve, serveSandbox, upstream } from '../../helpers/relay.js';

describeInBrowser('when something goes wrong on the page', ({ open }) => {
  test('a message that was refused is kept, sent again and run once', async () => {
    const { sandbox, url } = await serveSandbox(['--ui']);
    const chat = chatPage(await open(url));
    await chat.ask('My name is Ada.');
    sandbox.setFaults({ rules: ['chat/400:1x'], seed: 1 });
    await chat.send('What is my name?');
    await expect
      .poll(() => chat.problem.locator('p').innerText())
      .toBe('Failed to chat with assistant. Change the message, or begin a new conversation.');
    expect(await chat.field.inputValue()).toBe('What is my name?');
    await chat.button('Try again').click();
    await expect
      .poll(chat.said)
      .toEqual([
        'You: My name is Ada.',
        'Assistant: Nice to meet you, Ada. I will remember your name.',
        'You: What is my name?',
        'Assistant: Your name is Ada.',
      ]);
    expect([await chat.problem.count(), await chat.field.inputValue()]).toEqual([0, '']);
    expect(Object.values(sandbox.stats().conversations)).toHaveLength(1);
  });
});
