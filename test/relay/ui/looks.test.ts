import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { heldChat } from '../../helpers/held-chat.js';
import { pageBefore } from '../../helpers/page-before.js';
import { json } from '../../helpers/recording-server.js';
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

describeInBrowser('Markdown on the page', ({ open }) => {
  /** The reply as the browser has it, without classes and what is for scrolling. */
  async function shownAs(reply: string): Promise<string> {
    const { url } = await pageBefore([json({ conversation_id: 'c-1', reply })]);
    const chat = chatPage(await open(url));
    await chat.ask('hello');
    const html = await chat.messages.nth(1).locator('.text').innerHTML();
    return html.replace(/ (?:class|tabindex|role|aria-label|title)="[^"]*"/g, '');
  }

  const A = '<a href="https://x.example/" target="_blank" rel="noopener noreferrer">';

  test.each([
    ['# One\n\n### Two', '<h3>One</h3><h3>Two</h3>'],
    [
      '**a _b_** ~~c~~ `<d>`',
      '<p><strong>a <em>b</em></strong> <del>c</del> <code>&lt;d&gt;</code></p>',
    ],
    ['one\ntwo', '<p>one<br>two</p>'],
    ['- a\n- b\n  1. c', '<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- [ ] a\n- [x] b', '<ul><li>☐ a</li><li>☑ b</li></ul>'],
    ['> a\n> > b', '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>'],
    ['```js\na <b>\n```', '<pre><code>a &lt;b&gt;</code></pre>'],
    [
      '| a | b |\n|---|--:|\n| 1 | 2 |',
      '<div><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>',
    ],
    ['---', '<hr>'],
    ['[a](https://x.example/)', `<p>${A}a</a></p>`],
    ['https://x.example/', `<p>${A}https://x.example/</a></p>`],
    ['[a][1]\n\n[1]: https://x.example/', `<p>${A}a</a></p>`],
    ['![a cat](https://x.example/)', `<p>${A}Picture: a cat</a></p>`],
    ['&lt;b&gt; &amp; &#33;&#x21; &made; \\*', '<p>&lt;b&gt; &amp; !! &amp;made; *</p>'],
    ['a<br>b', '<p>a<br>b</p>'],
  ])('%j', async (reply, html) => {
    expect(await shownAs(reply)).toBe(html);
  });

  test.each([
    ['[a](javascript:alert(1))', '<p><span>a</span></p>'],
    ['[a](JAVASCRIPT&#58;alert(1))', '<p><span>a</span></p>'],
    ['[a](data:text/html,x)', '<p><span>a</span></p>'],
    ['[a](/chat)', '<p><span>a</span></p>'],
    ['![a](data:image/png;base64,AA)', '<p><span>Picture: a</span></p>'],
    ['<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
    ['a <b onclick=x>c</b>', '<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>'],
    ['<script>x</script>', '<p>&lt;script&gt;x&lt;/script&gt;</p>'],
    ['<style>* { display: none }</style>', '<p>&lt;style&gt;* { display: none }&lt;/style&gt;</p>'],
    ['<iframe srcdoc="x"></iframe>', '<p>&lt;iframe srcdoc="x"&gt;&lt;/iframe&gt;</p>'],
  ])('%j does nothing', async (reply, html) => {
    expect(await shownAs(reply)).toBe(html);
  });

  test('nesting without an end is shown as it is', async () => {
    const reply = '>'.repeat(20_000);
    expect((await shownAs(reply)).length).toBeGreaterThan(20_000);
  });

  test('what was shown of a reply stays while the rest is written', async () => {
    const upstreamChat = await heldChat();
    const relay = await serve(['--ui'], { env: upstream(upstreamChat.url) });
    const chat = chatPage(await open(relay.url));
    const html = (): Promise<string> => chat.messages.nth(1).locator('.text').innerHTML();
    await chat.send('hello');
    const held = await upstreamChat.next();
    held.say('# Title\n\nIt is **bo');
    await expect.poll(html).toBe('<h3 class="depth-1">Title</h3><p>It is **bo</p>');
    await chat.page.evaluate(`document.querySelector('h3').dataset.seen = 'yes'`);
    held.say('ld**.');
    held.end();
    await expect
      .poll(html)
      .toBe('<h3 class="depth-1" data-seen="yes">Title</h3><p>It is <strong>bold</strong>.</p>');
  });
});
