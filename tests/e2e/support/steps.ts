/** What a person does on the pages, and the accessibility check of each page they see. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import type { Site, VisitOptions, Visitor } from './browser';

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
  await page.waitForFunction(() => ![...document.querySelectorAll('.jk-toast__pill')].some((pill) => (pill as HTMLElement).offsetParent !== null));
  // In the page's own world without a script tag: the policy of the page stays as strict as it is.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
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
  for (let tries = 0; tries < 600; tries += 1) {
    const inbox = (await (await fetch(`${site.t.sandbox!.url}/sandbox/sms.json?phone=${phone}`)).json()) as { messages: { text: string }[] };
    const text = inbox.messages.at(-1)?.text;
    if (text) return /\d{6}/.exec(text)![0];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('no message came');
}

/** Waits until the page says these words. */
export const sees = ({ page }: Visitor, words: string | RegExp): Promise<void> => page.getByText(words).locator('visible=true').first().waitFor();

/** One step of a person: the page is what it should be, accessible, and without errors. SHOTS=folder keeps a picture of each. */
export async function arrives(v: Visitor, words: string | RegExp): Promise<void> {
  await sees(v, words);
  expect(await axe(v)).toEqual([]);
  expect(v.errors).toEqual([]);
  await keepPicture(v);
}

let pictures = 0;
async function keepPicture({ page }: Visitor): Promise<void> {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${String((pictures += 1)).padStart(2, '0')}.png` });
}

/** The button that one sees, of all that the pages below have too. */
export const button = ({ page }: Visitor, name: string | RegExp): Locator => page.getByRole('button', { name }).locator('visible=true').first();
export const tap = (v: Visitor, name: string | RegExp): Promise<void> => button(v, name).click();
/** What asks and must be answered. */
export const dialogOf = ({ page }: Visitor): Locator => page.getByRole('alertdialog').locator('visible=true');
export const answer = (v: Visitor, name: string): Promise<void> => dialogOf(v).getByRole('button', { name }).click();

/** How a page is looked at: its name, language, dark. */
export const LOOKS = [['light', 'zh-CN', false], ['dark', 'zh-CN', true], ['English', 'en-US', false]] as const;

/** Each page at 320 and 430 wide: nothing serious for axe, nothing wider than the screen, no errors. `says`: what is waited for first. */
export async function fitsWidths(url: string, visit: Site['visit'], paths: string[], look: VisitOptions, says?: string): Promise<void> {
  const v = await visit(look);
  for (const path of paths) {
    await v.page.setViewportSize({ width: 320, height: 844 });
    await v.page.goto(url + path);
    await v.page.getByRole('main').locator('visible=true').first().waitFor();
    if (says) await sees(v, says);
    await v.page.waitForTimeout(500);
    for (const width of [320, 430]) {
      await v.page.setViewportSize({ width, height: 844 });
      expect([path, width, await axe(v)]).toEqual([path, width, []]);
      const overflow = await v.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([path, width, overflow <= 0]).toEqual([path, width, true]);
      await keepPicture(v);
    }
  }
  expect(v.errors).toEqual([]);
  await v.context.close();
}

/** The worker runs by itself; WeChat's asynchronous answers need a few seconds of its clock. */
export async function until(site: Site, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    if (tries % 4 === 3) {
      await site.t.sandbox!.control('flush');
      await site.t.moveTime(15_000);
    }
    await new Promise((done) => setTimeout(done, 300));
  }
  throw new Error(`${what} did not come`);
}
