/** Coupons on H5 in Chromium: claimed, found at checkout, another way chosen, paid, given to a friend; published by the manager; and what is said when an order is refused. */
import type { Market } from '../support/app';
import { makeOffer, makePlatformOffer } from '../support/coupons';
import { buy } from '../support/trade';
import { startSite, type Site, type Visitor } from './support/browser';
import { LOOKS, answer, arrives, button, dialogOf, fitsWidths, login, sees, tap } from './support/steps';

let s: Site;
let m: Market;
let offers: Record<'shop' | 'fresh' | 'city', string>;
beforeAll(async () => {
  s = await startSite();
  m = await s.t.market();
  const of = async (more: object) => (await makeOffer(s.t, m, more)).offerId;
  offers = {
    shop: await of({ title: '店铺券', thresholdFen: 10_000, amountFen: 1_500, isTransferable: true, perPerson: 2, total: 100 }),
    fresh: await of({ title: '大桌券', thresholdFen: 15_000, amountFen: 3_000 }),
    city: (await makePlatformOffer(s.t, m, { title: '平台券', thresholdFen: 12_000, amountFen: 2_000 })).offerId,
  };
});
afterAll(() => s.stop());

async function holds(coupons: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await s.t.db.query<{ n: number }>('SELECT count(*)::int AS n FROM coupon'))[0]!.n === coupons) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${coupons} coupons were not claimed`);
}
const checkout = () => `${s.url}/pages/checkout/index?id=${m.dealId}`;
const payable = ({ page }: Visitor) => page.locator('.jk-pay-bar__amount [aria-label^="¥"]').locator('visible=true').first().getAttribute('aria-label');

test('a guest claims, sees the cheapest way at checkout, chooses another one, pays, and gives one to a friend who claims it (C1, C2)', async () => {
  const guest = await s.visit();
  await guest.context.grantPermissions(['clipboard-read', 'clipboard-write', 'geolocation'], { origin: s.url });
  await guest.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await guest.page.getByRole('link', { name: /这里有 3 种券/ }).click();
  await arrives(guest, '这个优惠能用的券');
  await sees(guest, /还剩 100 \/ 100 张 · 每人 2 张/);
  await sees(guest, /优惠由聚客承担/);
  await tap(guest, '领取 店铺券');
  await login(s, guest, '13933330001');
  // The tap goes on after the login.
  let count = 0;
  for (const title of ['店铺券', '大桌券', '平台券']) {
    await holds(++count);
    await tap(guest, `领取 ${title}`);
  }
  await holds(4);
  await sees(guest, /每人 2 张，你领了 2 张/);
  const held = await s.t.db.query<{ title: string; n: number }>("SELECT o.title, count(*)::int AS n FROM coupon c JOIN coupon_offer o USING (offer_id) GROUP BY 1 ORDER BY 1");
  expect(Object.fromEntries(held.map(({ title, n }) => [title, n]))).toEqual({ 店铺券: 2, 大桌券: 1, 平台券: 1 });

  await guest.page.goto(checkout());
  await arrives(guest, '优惠怎么用最省');
  await sees(guest, '共省 ¥35.00');
  await sees(guest, '还差 ¥22.00 到门槛');
  expect(await payable(guest)).toBe('¥93.00');
  await guest.page.getByRole('radio', { name: /这次不用券/ }).click();
  expect(await payable(guest)).toBe('¥128.00');
  await tap(guest, '提交并支付');
  await guest.page.getByRole('button', { name: '付款 ¥128.00' }).waitFor();
  await guest.page.goto(`${s.url}/pages/orders/index`);
  await tap(guest, '取消订单');
  await answer(guest, '取消订单');
  await sees(guest, '已取消');

  // The cheapest way this time: what is placed, paid and used is what was shown.
  await guest.page.goto(checkout());
  await tap(guest, '提交并支付');
  await guest.page.getByRole('button', { name: '付款 ¥93.00' }).click();
  await arrives(guest, '付好了');
  await guest.page.goto(`${s.url}/coupons/pages/mine/index`);
  await arrives(guest, '店铺券');
  await tap(guest, '送朋友');
  await arrives(guest, /只能送这一次/);
  await tap(guest, '生成赠送链接');
  await tap(guest, '复制链接');
  await sees(guest, /复制好了/);
  const link = await guest.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`^${s.url}/coupons/pages/gift/index\\?t=[0-9a-z]{12,28}$`));

  const friend = await s.visit();
  await friend.page.goto(link);
  await arrives(friend, /送你一张券/);
  await tap(friend, '收下这张券');
  await login(s, friend, '13933330002');
  await friend.page.waitForURL(/coupons\/pages\/mine/);
  await arrives(friend, '店铺券');
  const late = await s.visit();
  await late.page.goto(link);
  await arrives(late, /这张券已经被领走了/);
  await guest.page.goto(`${s.url}/pages/notices/index`);
  await arrives(guest, '朋友领了你送的券');
  await guest.page.getByText('朋友领了你送的券').locator('visible=true').click();
  await guest.page.waitForURL(/coupons\/pages\/mine/);
  await guest.page.getByRole('tab', { name: '用过的' }).locator('visible=true').click();
  await arrives(guest, '已经用掉');
});

test('a manager sees the cost before publishing a coupon for one channel; its code is claimed and it can be paused', async () => {
  const buyer = await s.t.person('许知夏');
  await buy(s.t, m, buyer, {});
  const manager = await s.visit({ width: 1280, height: 800 });
  await manager.page.goto(`${s.url}/merchant/pages/new-offer/index`);
  await tap(manager, '去登录');
  await login(s, manager, m.manager.phone!);
  await arrives(manager, '把券填完整，这里就会算出最多花多少。');
  const fill = (name: string, value: string) => manager.page.getByRole('textbox', { name }).locator('visible=true').fill(value);
  await fill('券名', '门口立牌');
  await fill('满多少可用', '100');
  await fill('减多少', '12.5');
  await fill('一共几张', '40');
  await manager.page.getByRole('switch', { name: '凭码领' }).click();
  // Dates instead of days: the last day too early is named, then both days count.
  const days = [1, 5, 9].map((n) => new Date(Date.now() + 8 * 3_600_000 + n * 86_400_000).toISOString().slice(0, 10)) as [string, string, string];
  await manager.page.getByRole('radiogroup', { name: '什么时候能领' }).getByRole('radio', { name: '从哪天到哪天' }).click();
  const day = (label: string) => manager.page.getByLabel(label).locator('visible=true').first();
  await day('第一天').fill(days[1]);
  await day('最后一天').fill(days[0]);
  await arrives(manager, /最后一天不早于第一天/);
  await day('第一天').fill(days[0]);
  await day('最后一天').fill(days[1]);
  await sees(manager, '40 张全用掉，每张最多减 ¥12.50');
  await manager.page.getByLabel('¥500.00').locator('visible=true').waitFor();
  await sees(manager, /最近 30 天 \d+ 单里，有 \d+ 单用得上/);
  await arrives(manager, '平均一单');
  await tap(manager, '发布');
  const dialog = dialogOf(manager);
  await dialog.getByText(/最多让 ¥500\.00/).waitFor();
  await dialog.getByRole('button', { name: '发布' }).click();
  await arrives(manager, '发出去了，这是它的券码');
  const [made] = await s.t.db.query<{ code: string; amount: number; from: number; until: number }>("SELECT code, amount_fen::int AS amount, ms_of(claim_from) AS from, ms_of(claim_until) AS until FROM coupon_offer WHERE title = '门口立牌'");
  expect(made!.amount).toBe(1_250);
  expect([made!.from, made!.until]).toEqual([Date.parse(`${days[0]}T00:00:00+08:00`), Date.parse(`${days[1]}T24:00:00+08:00`)]);
  await s.t.moveTime(2 * 86_400_000);
  await sees(manager, `券码 ${made!.code}`);

  const guest = await s.visit();
  await guest.page.goto(`${s.url}/coupons/pages/claim/index?code=${made!.code}`);
  await tap(guest, '去登录');
  await login(s, guest, '13933330003');
  await arrives(guest, '领这张券');
  await tap(guest, '领这张券');
  await guest.page.waitForURL(/coupons\/pages\/mine/);
  await sees(guest, '门口立牌');

  await tap(manager, '回到券列表');
  await arrives(manager, '1 / 40');
  // On a desktop what one does stands at the top; on a phone at the bottom.
  const top = async () => (await button(manager, '发一种新券').boundingBox())!.y;
  expect(await top()).toBeLessThan(60);
  expect(await manager.page.getByRole('button', { name: '发一种新券' }).locator('visible=true').count()).toBe(1);
  await manager.page.setViewportSize({ width: 390, height: 844 });
  expect(await top()).toBeGreaterThan(760);
  await manager.page.setViewportSize({ width: 1280, height: 800 });
  await tap(manager, '暂停 门口立牌');
  await answer(manager, '暂停');
  await arrives(manager, '已暂停');
});

test('a price that changed and a limit that is reached are said on the checkout, with what can be done; nothing is ordered', async () => {
  // Off-peak begins in an hour: the price changes while the guest looks at it.
  const shanghai = new Date((await s.t.app.clock.read()) + 9 * 3_600_000);
  const fromMinute = shanghai.getUTCHours() * 60 + shanghai.getUTCMinutes();
  const offPeak = { days: [1, 2, 3, 4, 5, 6, 7], fromMinute, toMinute: Math.min(1_440, fromMinute + 30), priceFen: 9_900 };
  const { dealId } = await m.addDeal({ title: '早茶两位', perPersonLimit: 1, offPeak });
  const guest = await s.visit();
  await guest.page.goto(`${s.url}/pages/deal/index?id=${dealId}`);
  await tap(guest, /立即买/);
  await login(s, guest, '13933330004');
  await sees(guest, '单独买 × 1');
  expect(await payable(guest)).toBe('¥128.00');
  await s.t.moveTime(3_600_000 + 30_000);
  await tap(guest, '提交并支付');
  await arrives(guest, '价格刚变了');
  await sees(guest, /现在是 ¥99\.00。没有下单，也没有扣款/);
  await sees(guest, '闲时价 × 1');
  await sees(guest, '比单独买 ¥128 少付 ¥29.00');
  await tap(guest, '提交并支付');
  await guest.page.getByRole('button', { name: '付款 ¥99.00' }).click();
  await sees(guest, '付好了');
  // Before anything is filled in.
  await guest.page.goto(`${s.url}/pages/checkout/index?id=${dealId}`);
  await arrives(guest, '每人最多 1 份');
  await sees(guest, /连你买过的一起算，超了。没有下单，也没有扣款/);
  expect((await s.t.db.query<{ n: number }>('SELECT count(*)::int AS n FROM guest_order WHERE deal_id = $1', [dealId]))[0]!.n).toBe(1);
  await tap(guest, '看订单');
  await sees(guest, '早茶两位');
});

test('a coupon that went into another order is refused by its name, and what is cheapest now takes its place (A-15)', async () => {
  const other = await m.addDeal({ title: '酸梅汤两杯' });
  const guest = await s.visit();
  await guest.page.goto(`${s.url}/coupons/pages/claim/index?id=${offers.city}`);
  await tap(guest, '领这张券');
  await login(s, guest, '13933330005');
  await guest.page.waitForURL(/coupons\/pages\/mine/);
  await guest.page.goto(checkout());
  await sees(guest, '共省 ¥20.00');
  const second = await guest.context.newPage();
  await second.goto(`${s.url}/pages/checkout/index?id=${other.dealId}`);
  await second.getByRole('button', { name: '提交并支付' }).click();
  await second.getByRole('button', { name: '付款 ¥108.00' }).waitFor();
  await tap(guest, '提交并支付');
  await arrives(guest, '「平台券」这次用不了');
  await sees(guest, /没有下单，也没有扣款，下面已经换成现在最省的/);
  expect(await payable(guest)).toBe('¥128.00');
});

test.each(LOOKS)('the pages of coupons in %s pass axe at 320 and 430 wide', async (_, locale, dark) => {
  await fitsWidths(s.url, s.visit, ['/coupons/pages/centre/index', `/coupons/pages/claim/index?id=${offers.city}`, '/coupons/pages/claim/index', '/coupons/pages/mine/index', '/merchant/pages/offers/index'], { locale, dark });
});
