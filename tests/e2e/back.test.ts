/** The browser's back on H5 in Chromium: it closes what lies over the page, and a list is found again as it was left. */
import { PAGE_SIZE } from '../../functions/contract/limits';
import type { Market } from '../support/app';
import { makeOffer } from '../support/coupons';
import { startSite, type Site, type Visitor } from './support/browser';
import { button, sees, tap } from './support/steps';

let s: Site;
let m: Market;
beforeAll(async () => {
  s = await startSite();
  m = await s.t.market();
});
afterAll(() => s.stop());

const at = ({ page }: Visitor) => new URL(page.url()).pathname;
const sheets = ({ page }: Visitor) => page.getByRole('dialog').locator('visible=true');

test('a sheet is closed by back, then the page is left; forward comes to the page without it', async () => {
  const v = await s.visit();
  await v.page.goto(`${s.url}/pages/shop/index?id=${m.storeId}`);
  await v.page.getByText('老灶火锅双人餐').locator('visible=true').first().click();
  for (let times = 0; times < 2; times += 1) {
    await tap(v, /规则/);
    await sheets(v).waitFor();
    await v.page.goBack();
    await sheets(v).waitFor({ state: 'hidden' });
    expect(at(v)).toBe('/pages/deal/index');
  }
  await v.page.goBack();
  await sees(v, '这家店的优惠');
  expect(at(v)).toBe('/pages/shop/index');
  await v.page.goForward();
  await sees(v, /规则/);
  expect([at(v), await sheets(v).count(), v.errors]).toEqual(['/pages/deal/index', 0, []]);
});

test('a sheet on the first page that the tab opens is closed by back too; then back leaves at once', async () => {
  const v = await s.visit();
  await v.page.goto(`${s.url}/api/health`);
  await v.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await sees(v, '老灶火锅双人餐');
  for (let times = 0; times < 2; times += 1) {
    await tap(v, /规则/);
    await sheets(v).waitFor();
    await v.page.goBack();
    await sheets(v).waitFor({ state: 'hidden' });
    expect(at(v)).toBe('/pages/deal/index');
  }
  // A page on top of it and back, a reload, and out with one step.
  await tap(v, /规则/);
  await sheets(v).waitFor();
  await v.page.keyboard.press('Escape');
  await v.page.locator('.deal-store__main').locator('visible=true').first().click();
  await sees(v, '这家店的优惠');
  await v.page.goBack();
  await sees(v, /规则/);
  expect(at(v)).toBe('/pages/deal/index');
  await v.page.reload();
  await sees(v, /规则/);
  await v.page.goBack();
  await v.page.waitForURL(`${s.url}/api/health`);
  expect(v.errors).toEqual([]);
});

test('a list that was grown is as long as it was, and looked at where it was, after a page on top of it', async () => {
  for (let i = 0; i < PAGE_SIZE + 3; i += 1) await makeOffer(s.t, m, { title: `第 ${i} 种券` });
  const v = await s.visit();
  await v.page.goto(`${s.url}/coupons/pages/centre/index`);
  const claims = v.page.getByRole('button', { name: /^领取/ }).locator('visible=true');
  await claims.nth(PAGE_SIZE - 1).waitFor();
  // Not by the mouse: going there may already fetch more, and the button is gone before it is pressed.
  await button(v, '再看一些').dispatchEvent('click');
  await claims.nth(PAGE_SIZE + 2).waitFor();
  await claims.nth(PAGE_SIZE + 2).scrollIntoViewIfNeeded();
  const scrolled = () => v.page.evaluate(() => Math.max(document.scrollingElement!.scrollTop, ...[...document.querySelectorAll('.taro_page')].map((page) => page.scrollTop)));
  const before = await scrolled();
  expect(before).toBeGreaterThan(1_000);
  // The way there stands at the top: pressed without going there, as a keyboard does.
  const again = v.page.waitForResponse((answer) => answer.url().includes('cursor='));
  await v.page.getByText('有券码？输进来领').dispatchEvent('click');
  await sees(v, '查一下');
  // Until the new page has come in, a twentieth of a second, Taro's router hides the old one: nobody is back before that.
  await v.page.locator('.taro_page_shade').waitFor({ state: 'attached' });
  await v.page.goBack();
  await again;
  await claims.nth(PAGE_SIZE + 2).waitFor();
  expect(await claims.count()).toBe(PAGE_SIZE + 3);
  expect(Math.abs((await scrolled()) - before)).toBeLessThan(50);
  expect(v.errors).toEqual([]);
});
