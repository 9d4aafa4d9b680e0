import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { json } from '../../helpers/recording-server.js';
import { pageBefore } from '../../helpers/page-before.js';
import { heldChat } from '../../helpers/held-chat.js';
import { serve, serveSandbox, upstream } from '../../helpers/relay.js';

const LONG_WORD = 'x'.repeat(400);
const REPLY = json({ conversation_id: 'c-1', reply: `A reply with ${LONG_WORD}` });
const TABLE = `| ${'wide | '.repeat(40)}\n${'|---'.repeat(40)}|\n| ${'cell | '.repeat(40)}`;
const WIDE_REPLY = json({
  conversation_id: 'c-1',
  reply: `# ${LONG_WORD}\n\n- \`${LONG_WORD}\`\n\n      ${LONG_WORD}\n\n${TABLE}`,
});
const REFUSED = json({ error: 'Too many requests' }, 429, { 'retry-after': '30' });

/** Everything there is to see at once: a reply, a problem, a field with text. */
async function filled(chat: ReturnType<typeof chatPage>): Promise<void> {
  await chat.ask(`A message with ${LONG_WORD}`);
  await chat.send('And one that fails');
  await chat.problem.waitFor();
}

async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations, passes, incomplete } = await page.evaluate<axe.AxeResults>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  );
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  expect(incomplete.map(({ id }) => id)).toEqual([]);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describeInBrowser('the look of the page', ({ open }) => {
  test.each(['light', 'dark'] as const)('%s: no fault by axe-core', async (colorScheme) => {
    const { url } = await pageBefore([REPLY, REFUSED]);
    // Tall, so that nothing lies over anything.
    const viewport = { width: 800, height: 1600 };
    const chat = chatPage(await open(url, { colorScheme, viewport, bypassCSP: true }));
    expect(await faultsOf(chat.page)).toEqual([]);
    await filled(chat);
    expect(await faultsOf(chat.page)).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    '%s: nor with a greeting, all of Markdown and tool calls',
    async (colorScheme) => {
      const relay = await serveSandbox(['--ui']);
      const viewport = { width: 800, height: 1600 };
      const chat = chatPage(await open(relay.url, { colorScheme, viewport, bypassCSP: true }));
      await chat.ask('show markdown');
      await chat.ask('What is the weather in Paris?');
      await chat.page.locator('.tool summary').click();
      expect(await chat.page.locator('#greeting p').count()).toBe(1);
      expect(await faultsOf(chat.page)).toEqual([]);
    },
  );

  test('light and dark differ as the system says', async () => {
    const { url } = await pageBefore([]);
    const chat = chatPage(await open(url, { colorScheme: 'light' }));
    const background = (): Promise<unknown> =>
      chat.page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await background();
    await chat.page.emulateMedia({ colorScheme: 'dark' });
    expect([light, await background()]).toEqual(['rgb(247, 248, 250)', 'rgb(21, 24, 27)']);
  });

  test.each([
    [320, 568],
    [320, 256],
    [375, 740],
    [768, 1024],
    [1280, 720],
  ])('%i × %i: nothing is wider than the window', async (width, height) => {
    const { url } = await pageBefore([WIDE_REPLY, REFUSED]);
    const chat = chatPage(await open(url, { viewport: { width, height } }));
    await filled(chat);
    await chat.field.fill(LONG_WORD);
    expect(await chat.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await chat.field.press('End');
    expect(await chat.button('Send').isVisible()).toBe(true);
  });

  test('its end stays in sight while a reply grows, unless one reads above', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url, { viewport: { width: 600, height: 400 } }));
    const place = (): Promise<unknown> =>
      chat.page.evaluate(
        '(({ scrollHeight, scrollTop, clientHeight }) => [Math.round(scrollTop), Math.round(scrollHeight - scrollTop - clientHeight)])(document.documentElement)',
      );
    // Without the ends of its lines, which are elements.
    const shown = chat.messages.nth(1).locator('.text');
    await chat.send('hello');
    const held = await upstreamChat.next();
    held.say('line\n'.repeat(50));
    await expect.poll(async () => (await shown.textContent())?.length).toBe(200);
    expect(await place()).toEqual([expect.not.closeTo(0, -2), 0]);
    await chat.page.evaluate('document.documentElement.scrollTop = 0');
    held.say('line\n'.repeat(50));
    held.end();
    await expect.poll(() => chat.state.innerText()).toBe('');
    expect(await place()).toEqual([0, expect.not.closeTo(0, -2)]);
  });

  test('nothing moves for who wants no motion', async () => {
    const { url } = await pageBefore([() => undefined]);
    const chat = chatPage(await open(url, { reducedMotion: 'reduce' }));
    await chat.send('hello');
    await chat.messages.nth(1).waitFor();
    const moving = (): Promise<unknown> => chat.page.evaluate('document.getAnimations().length');
    expect(await moving()).toBe(0);
    await chat.page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving()).toBe(1);
  });

  test('every control is reached by Tab, and seen to be', async () => {
    const { url } = await pageBefore([REFUSED]);
    const chat = chatPage(await open(url));
    await chat.send('hello');
    await chat.problem.waitFor();
    const reached: unknown[] = [];
    await chat.button('New conversation').focus();
    for (let count = 0; count < 4; count++) {
      reached.push(
        await chat.page.evaluate(
          `[document.activeElement.textContent || document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]`,
        ),
      );
      await chat.page.keyboard.press('Tab');
    }
    expect(reached).toEqual([
      ['New conversation', 'solid'],
      ['Try again', 'solid'],
      ['message', 'solid'],
      ['Send', 'solid'],
    ]);
  });
});
