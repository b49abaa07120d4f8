/** What a person does on the pages, and the accessibility check of each page they see. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Site, Visitor } from './browser';

const axeSource = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical violations on the visible page, one line each. */
export async function axe(visitor: Visitor): Promise<string[]> {
  const found = await look(visitor);
  if (found.length === 0) return found;
  // What moves (a code that turns, a card that slides) is looked at again; what stays wrong counts.
  await visitor.page.waitForTimeout(1_500);
  return look(visitor);
}

async function look({ page }: Visitor): Promise<string[]> {
  // A word that fades in or out is neither its own colour nor the page's: it is waited for.
  await page.waitForFunction(() => ![...document.querySelectorAll('.jk-toast__pill')].some((pill) => (pill as HTMLElement).offsetParent !== null), undefined, { timeout: 8_000 });
  // In the page's own world without a script tag: the policy of the page stays as strict as it is.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const hidden = [...document.querySelectorAll('.taro_page')].filter((node) => getComputedStyle(node).display === 'none');
    const { violations } = await (globalThis as any).axe.run({ exclude: hidden.map((node) => `#${CSS.escape(node.id)}`).filter((s) => s !== '#') }, { resultTypes: ['violations'] });
    return violations.filter((v: any) => v.impact === 'serious' || v.impact === 'critical')
      .map((v: any) => `${v.id}: ${v.help} — ${v.nodes.map((n: any) => n.target.join(' ')).slice(0, 3).join(', ')}`);
  });
}

/** Logs in by phone with the code from the stand-in's SMS inbox; the page goes back to where it came from. */
export async function login(site: Site, { page }: Visitor, phone: string): Promise<void> {
  await page.getByRole('textbox', { name: '手机号' }).fill(phone);
  await page.getByRole('checkbox', { name: /同意/ }).click();
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByRole('textbox', { name: '验证码' }).fill(await codeFor(site, phone));
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.includes('/login/'));
}

async function codeFor(site: Site, phone: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const inbox = (await (await fetch(`${site.t.sandbox!.url}/sandbox/sms.json?phone=${phone}`)).json()) as { messages: { text: string }[] };
    const text = inbox.messages.at(-1)?.text;
    if (text) return /\d{6}/.exec(text)![0];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('no message came');
}

/** Waits until the page says these words. */
export const sees = ({ page }: Visitor, words: string | RegExp): Promise<void> => page.getByText(words).locator('visible=true').first().waitFor();
