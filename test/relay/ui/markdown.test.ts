import { expect, test } from 'vitest';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { heldChat } from '../../helpers/held-chat.js';
import { pageBefore } from '../../helpers/page-before.js';
import { json } from '../../helpers/recording-server.js';
import { serve, upstream } from '../../helpers/relay.js';

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
