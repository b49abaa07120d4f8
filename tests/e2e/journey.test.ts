/** The journey on H5 in Chromium: a deal is shared, bought, served and rebated; each page passes axe; nobody sees an error. */
import type { Market } from '../support/app';
import { IN_WECHAT, startSite, type Site, type Visitor } from './support/browser';
import { LOOKS, arrives, axe, fitsWidths, login, sees, tap } from './support/steps';

let s: Site;
let m: Market;
beforeAll(async () => {
  s = await startSite();
  m = await s.t.market();
});
afterAll(() => s.stop());

test('a shared deal is bought by a friend, redeemed by a clerk, and the rebate is seen and withdrawn (F-12, I-18)', async () => {
  const [sharer, friend, clerk] = [await s.visit(), await s.visit(), await s.visit()];
  await sharer.context.grantPermissions(['clipboard-read', 'clipboard-write', 'geolocation'], { origin: s.url });

  // The sharer finds the deal nearby and passes it on.
  await sharer.page.goto(s.url);
  await arrives(sharer, '看离你近的优惠');
  await sharer.page.getByRole('button', { name: '用我的位置' }).click();
  await sharer.page.getByRole('link', { name: /老灶火锅双人餐 .*静安店.* 2\d\dm/ }).click();
  await arrives(sharer, '哪里能用');
  await sharer.page.getByRole('button', { name: '分享', exact: true }).click();
  await arrives(sharer, '坐下来，再看看');
  await login(s, sharer, '13911110001');
  await arrives(sharer, '分享给想一起来的人');
  await sharer.page.getByRole('button', { name: '复制链接' }).click();
  await sees(sharer, /复制/);
  const link = await sharer.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`^${s.url}/s/[0-9a-z]{16}$`));

  // The friend sees who invited, the price and that the sharer earns; buys in two taps.
  await friend.page.goto(link);
  await arrives(friend, /请你入座/);
  await sees(friend, /得 ¥9\.44 返利，由商家出/);
  // A landing offers the cart beside buying now, and the shop to look at first.
  await friend.page.getByRole('button', { name: '加入购物车' }).locator('visible=true').waitFor();
  await friend.page.getByRole('button', { name: '看店' }).locator('visible=true').waitFor();
  await friend.page.getByRole('button', { name: /立即买/ }).click();
  await login(s, friend, '13911110002');
  await arrives(friend, '好友立减');
  await friend.page.getByRole('button', { name: '提交并支付' }).click();
  await friend.page.getByRole('button', { name: '付款 ¥118.00' }).click();
  await arrives(friend, '付好了');
  await friend.page.getByRole('button', { name: '去看券码' }).click();
  await arrives(friend, '给店员扫一扫就行');

  // The clerk types the code: one clear answer; the second time it says when and where.
  await clerk.page.goto(`${s.url}/merchant/pages/redeem/index`);
  await clerk.page.getByRole('button', { name: '去登录' }).click();
  await login(s, clerk, m.clerk.phone!);
  await clerk.page.getByRole('textbox', { name: /12 位券码/ }).waitFor();
  expect(await axe(clerk)).toEqual([]);
  const code = (await friend.page.getByRole('button', { name: /复制券码/ }).getAttribute('aria-label'))!.slice(0, 12);
  await typeCode(clerk, code);
  await arrives(clerk, '核销成功');
  await sees(clerk, '这单你实收');
  await arrives(friend, /用掉了|已使用|已用/);

  // The sharer's wallet: pending with its reason; a week later it can be withdrawn.
  await sharer.page.goto(`${s.url}/pages/wallet/index`);
  await arrives(sharer, '为什么还没到账');
  await sees(sharer, /售后期/);
  await s.t.moveTime(6 * 60_000);
  await settled('split');
  await s.t.moveTime(7 * 86_400_000);
  await settled('reward');
  await sharer.page.goto(`${s.url}/pages/wallet/index`);
  await arrives(sharer, '已到账');
  await sharer.page.goto(`${s.url}/pages/notices/index`);
  await arrives(sharer, /返利/);
});

/** The worker runs by itself; wait for what fell due. WeChat's asynchronous answers need a few seconds of its clock. */
async function settled(table: 'split' | 'reward'): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const [row] = await s.t.db.query(`SELECT state FROM ${table}`);
    if (row?.state === 'succeeded' || row?.state === 'available') return;
    if (tries % 5 === 4) await s.t.moveTime(6_000);
    await new Promise((done) => setTimeout(done, 300));
  }
  throw new Error(`the ${table} did not settle`);
}

/** Sent by itself with the last digit. */
async function typeCode({ page }: Visitor, code: string): Promise<void> {
  const field = page.getByRole('textbox').locator('visible=true').first();
  await field.click();
  await field.fill(code);
}

test('the way back: an order is refunded before it is used, and the person sees each step', async () => {
  const guest = await s.visit();
  await guest.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await guest.page.getByRole('button', { name: /立即买/ }).click();
  await login(s, guest, '13911110003');
  await guest.page.getByRole('button', { name: '提交并支付' }).click();
  await guest.page.getByRole('button', { name: '付款 ¥128.00' }).click();
  await sees(guest, '付好了');
  await guest.page.goto(`${s.url}/pages/orders/index`);
  await arrives(guest, '待使用');
  await guest.page.getByText('老灶火锅双人餐').locator('visible=true').first().click();
  await guest.page.waitForURL(/pages\/order\/index/);
  await arrives(guest, '订单号');
  await guest.page.getByRole('button', { name: /退款/ }).locator('visible=true').last().click();
  await guest.page.getByRole('dialog').locator('visible=true').waitFor();
  expect(await axe(guest)).toEqual([]);
  await guest.page.getByRole('radio', { name: '计划变了' }).click();
  await guest.page.getByRole('button', { name: '退 ¥128.00' }).click();
  await guest.page.waitForURL(/pages\/refund\/index/);
  await arrives(guest, /原路退回|退款进度/);
});

test.each(LOOKS)('the open pages in %s pass axe at 320 and 430 wide', async (_, locale, dark) => {
  await fitsWidths(s.url, s.visit, ['/', `/pages/deal/index?id=${m.dealId}`, `/pages/shop/index?id=${m.storeId}`, '/pages/search/index', '/pages/login/index', '/pages/mine/index', '/pages/settings/index', '/pages/orders/index'], { locale, dark });
});

test('A-29 the pages come with a strict policy', async () => {
  const answer = await fetch(s.url);
  expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self' https:\/\/res\.wx\.qq\.com;/);
});

test("in WeChat's own browser the page leads into the mini-program with the same token, and shows no rebate", async () => {
  const owner = await s.t.person('林小满');
  const { token } = await s.t.ok('createShare', { as: owner, params: { dealId: m.dealId }, body: { channel: 'link' } });
  const v = await s.visit({ userAgent: IN_WECHAT });
  await v.page.goto(`${s.url}/s/${token}`);
  await sees(v, /请你入座/);
  await sees(v, /小程序/);
  expect(await v.page.getByText(/返利/).locator('visible=true').count()).toBe(0);
  expect(await axe(v)).toEqual([]);
  // WeChat's cashier for pages does not open in there, so who came without a share is led on as well.
  const other = await s.visit({ userAgent: IN_WECHAT });
  await other.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await sees(other, /微信里的网页付不了款/);
  await Promise.all([other.page.waitForRequest(/\/api\/deals\/[^/]+\/wechat-link/), tap(other, '去小程序买')]);
});
