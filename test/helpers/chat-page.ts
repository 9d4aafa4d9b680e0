import type { Locator, Page } from 'playwright-core';

/** The page to try the chat with, as who uses it finds its parts. */
export function chatPage(page: Page) {
  const field = page.getByRole('textbox', { name: 'Message' });
  const messages = page.getByRole('article');
  return {
    page,
    field,
    messages,
    token: page.getByLabel('Access token'),
    problem: page.getByRole('alert'),
    state: page.getByRole('status'),
    button: (name: string): Locator => page.getByRole('button', { name }),
    /** The id of what has the focus. */
    focused: (): Promise<string> => page.evaluate<string>('document.activeElement.id'),
    /** What was said, each with its speaker in front. */
    said: async (): Promise<string[]> =>
      (await messages.allInnerTexts()).map((text) =>
        text.replace('\n\n', ': ').replace(/\n/, ': '),
      ),
    async send(text: string): Promise<void> {
      await field.fill(text);
      await field.press('Enter');
    },
    /** Sends and waits for the reply. */
    async ask(text: string): Promise<void> {
      const count = await messages.count();
      await field.fill(text);
      await field.press('Enter');
      await messages
        .nth(count + 1)
        .and(page.locator(':not(.waiting)'))
        .waitFor();
    },
  };
}
