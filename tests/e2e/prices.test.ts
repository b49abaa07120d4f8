/** Prices with a clock or a company on H5 in Chromium (C3, C4): a flash sale, off-peak hours, and a group whose price falls as people come. Time is moved; axe on each page. */
import { SNAPSHOT_MS } from '../../functions/contract/limits';
import type { Market } from '../support/app';
import { join, ladder, openGroup } from '../support/groups';
import { saveTerms } from '../support/market';
import { buy, DAY, MINUTE } from '../support/trade';
import { startSite, type Site, type Visitor } from './support/browser';
import { LOOKS, arrives, button, fitsWidths, login, sees, tap, until } from './support/steps';

const HOUR = 60 * MINUTE;
let s: Site;
let m: Market;
beforeAll(async () => {
  s = await startSite();
  m = await s.t.market({ deal: { friendDiscountFen: 0, rebateBps: 0 } });
});
afterAll(() => s.stop());

const deal = (id: string) => `${s.url}/pages/deal/index?id=${id}`;
const nowMs = () => s.t.app.clock.read();
const count = async (table: string, dealId: string) => Number((await s.t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE deal_id = $1`, [dealId]))[0]!.n);
/** `14:30`, Asia/Shanghai. */
const clock = (ms: number) => new Date(ms + 8 * HOUR).toISOString().slice(11, 16);

/** A phone whose own clock is five hours late: what it shows must be the server's time all the same. */
const wrongClock = (v: Visitor): Promise<unknown> => v.context.addInitScript(() => {
  const real = Date.now.bind(Date);
  Date.now = () => real() - 5 * 3_600_000;
});
/** Seconds that the page's countdown shows. */
async function leftOf({ page }: Visitor): Promise<number> {
  const [h, min, sec] = (await page.getByRole('timer').locator('visible=true').first().getAttribute('aria-label'))!.match(/\d+/g)!.slice(-3).map(Number);
  return h! * 3_600 + min! * 60 + sec!;
}

test('C4 I-25 a flash sale counts down by the server, cannot be bought before, then at its price, once a person, until it is sold out', async () => {
  const startsAt = (await nowMs()) + 2 * HOUR;
  const regular = await m.addDeal({ title: '老灶火锅双人餐 · 平时' });
  const buyer = await s.t.person('按平时价买的人');
  await buy(s.t, m, buyer, { dealId: regular.dealId });
  const flash = { isFlash: true, saleStartsAtMs: startsAt, saleEndsAtMs: startsAt + 2 * HOUR, regularDealId: regular.dealId, priceFen: 6_600, perPersonLimit: 1, stock: 2, validDays: 14 };
  const { dealId } = await m.addDeal({ title: '双人餐限时抢', ...flash });

  const guest = await s.visit();
  await wrongClock(guest);
  await guest.page.goto(deal(dealId));
  await arrives(guest, '限时抢，还没开始');
  await sees(guest, '平时单独买');
  expect(Math.abs((await leftOf(guest)) - 2 * 3_600)).toBeLessThan(60);
  expect(await button(guest, /开抢/).isDisabled()).toBe(true);
  expect(await guest.page.getByRole('button', { name: /购物车|立即抢/ }).locator('visible=true').count()).toBe(0);

  // At the checkout, too, one sees the price and waits.
  await guest.page.goto(`${s.url}/pages/checkout/index?id=${dealId}`);
  await login(s, guest, '13944440001');
  await arrives(guest, '限时价 × 1');
  expect(await button(guest, /开始$/).isDisabled()).toBe(true);

  // Two hours later the page turns by itself: a few seconds before the start it was opened.
  await s.t.moveTime(startsAt - (await nowMs()) - 6_000);
  await guest.page.goto(deal(dealId));
  await sees(guest, '限时抢，还没开始');
  await arrives(guest, '限时抢，进行中');
  await sees(guest, '还剩 2 份');
  await tap(guest, /立即抢/);
  await arrives(guest, '限时价 × 1');
  await tap(guest, '提交并支付');
  await tap(guest, '付款 ¥66.00');
  await arrives(guest, '付好了');

  // Once a person: the second time the checkout says so at once, and nothing is ordered.
  await guest.page.goto(`${s.url}/pages/checkout/index?id=${dealId}`);
  await arrives(guest, '每人最多 1 份');
  expect(await count('guest_order', dealId)).toBe(1);

  // The last unit goes to somebody else while a third person looks at the page.
  const late = await s.visit();
  await late.page.goto(deal(dealId));
  await sees(late, '还剩 1 份');
  await buy(s.t, m, await s.t.person('许知夏'), { dealId });
  await new Promise((done) => setTimeout(done, SNAPSHOT_MS + 100)); // until then a checkout may be opened, and only its button says so
  await tap(late, /立即抢/);
  await login(s, late, '13944440002');
  await sees(late, '抢完了');
  await late.page.goto(deal(dealId));
  await arrives(late, '抢完了');
  expect(await button(late, '抢完了').isDisabled()).toBe(true);
  expect(await count('guest_order', dealId)).toBe(2);

  await s.t.moveTime(2 * HOUR);
  await late.page.goto(deal(dealId));
  await arrives(late, '限时抢结束了');
  expect(await button(late, '已结束').isDisabled()).toBe(true);
  // What it costs otherwise stands beside that, and leads there.
  await tap(late, /去看平时价/);
  await arrives(late, '老灶火锅双人餐 · 平时');
  expect(late.page.url()).toContain(regular.dealId);
});

test('C4 I-25 the shop moves the start while a guest stands at the checkout: nothing is ordered and nothing is charged', async () => {
  const now = await nowMs();
  const { dealId } = await m.addDeal({ title: '整点抢', isFlash: true, saleStartsAtMs: now - MINUTE, saleEndsAtMs: now + 5 * HOUR, priceFen: 5_000, validDays: 14 });
  const guest = await s.visit();
  await guest.page.goto(deal(dealId));
  await tap(guest, /立即抢/);
  await login(s, guest, '13944440005');
  await sees(guest, '限时价 × 1');
  const { friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit } = m.deal;
  const terms = { priceFen: 5_000, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays: 14, saleStartsAtMs: now + HOUR, saleEndsAtMs: now + 5 * HOUR, group: null, isFlash: true, regularDealId: null, offPeak: null };
  await saveTerms(s.t.db, { dealId, fromVersion: 1, terms });
  const answer = guest.page.waitForResponse((r) => r.url().endsWith('/api/orders') && r.request().method() === 'POST');
  await tap(guest, '提交并支付');
  expect(await (await answer).json()).toMatchObject({ code: 'SALE_NOT_STARTED', details: { startsAt: now + HOUR } });
  await arrives(guest, '现在还不能买。没有下单，也没有扣款，到点再来。');
  expect([await count('guest_order', dealId), (await s.t.db.query('SELECT 1 FROM payment p JOIN guest_order o USING (order_id) WHERE o.deal_id = $1', [dealId])).length]).toEqual([0, 0]);
  // Deals are read from a snapshot of 2 s: then the button says when it starts.
  await guest.page.waitForTimeout(2_100);
  await tap(guest, '刷新看看');
  expect(await button(guest, /开始$/).isDisabled()).toBe(true);
});

test('C4 an off-peak price is shown with its hours, and is paid only within them', async () => {
  const at = (await nowMs()) + HOUR;
  const minute = Math.floor(((at + 8 * HOUR) % DAY) / MINUTE);
  // A window of an hour, an hour from now; close to midnight it would leave the day.
  const fromMinute = minute > 1_320 ? 60 : minute;
  const startsAt = at - (at + 8 * HOUR) % DAY + fromMinute * MINUTE + (fromMinute === minute ? 0 : DAY);
  const { dealId } = await m.addDeal({ title: '下午茶两位', offPeak: { days: [1, 2, 3, 4, 5, 6, 7], fromMinute, toMinute: fromMinute + 60, priceFen: 8_800 } });
  const hours = `每天 ${clock(startsAt)}–${clock(startsAt + HOUR)}`;

  const guest = await s.visit();
  await guest.page.goto(deal(dealId));
  await arrives(guest, '闲时只要 ¥88');
  await sees(guest, `${hours} 下单就是闲时价，按服务器时间`);
  await tap(guest, /立即买/);
  await login(s, guest, '13944440003');
  await sees(guest, '单独买 × 1');
  expect(await guest.page.getByText('闲时价').locator('visible=true').count()).toBe(0);

  await s.t.moveTime(startsAt - (await nowMs()) + 1_000);
  await guest.page.goto(deal(dealId));
  await arrives(guest, '现在就是闲时价');
  await sees(guest, '其他时间 ¥128');
  await tap(guest, /立即买/);
  await arrives(guest, '闲时价 × 1');
  await tap(guest, '提交并支付');
  await tap(guest, '付款 ¥88.00');
  await sees(guest, '付好了');

  // Half-open: at its end the usual price is asked, also of who stands at the checkout.
  await guest.page.goto(`${s.url}/pages/checkout/index?id=${dealId}`);
  await sees(guest, '闲时价 × 1');
  await s.t.moveTime(startsAt + HOUR - (await nowMs()));
  await tap(guest, '提交并支付');
  await arrives(guest, /现在是 ¥128\.00。没有下单，也没有扣款/);
  expect(await s.t.db.query<{ fen: number; kind: string }>('SELECT payable_fen::int AS fen, price_kind AS kind FROM guest_order WHERE deal_id = $1', [dealId])).toEqual([{ fen: 8_800, kind: 'off_peak' }]);
});

test('C3 I-12 a ladder: the price falls as people come, and the difference goes back to everyone when it ends', async () => {
  const { dealId } = await m.addDeal({ title: '烤鱼大桌', group: ladder() });
  const [host, third] = await Promise.all(['周屿', '陈默'].map((name) => s.t.person(name)));
  const { groupId } = await openGroup(s.t, m, host!, { dealId });
  const landing = `${s.url}/pages/group/index?id=${groupId}`;

  const guest = await s.visit();
  await guest.page.goto(deal(dealId));
  await arrives(guest, '2 人起团');
  await guest.page.goto(landing);
  await arrives(guest, '还差 1 人，就能成团');
  await sees(guest, '人越多越便宜');
  await sees(guest, '再来 1 人，每人 ¥110');
  await tap(guest, /参团 · 付 ¥110\.00/);
  await login(s, guest, '13944440004');
  await arrives(guest, /没凑齐 2 人，钱会自动原路退回/);
  await sees(guest, '2 人团价');
  await sees(guest, /最多 4 人，人更多价更低：成团时按到的那档算，多付的差价原路退回/);
  await tap(guest, '提交并支付');
  await tap(guest, '付款 ¥110.00');
  await guest.page.goto(landing);
  await arrives(guest, '2 人了，已经能成团');
  await sees(guest, '再来 1 人，每人 ¥100');
  expect(await guest.page.locator('.group-tier--now').innerText()).toMatch(/^2 人/);

  await join(s.t, m, third!, groupId, { dealId });
  await guest.page.goto(landing);
  await arrives(guest, '3 人了，已经能成团');
  expect(await guest.page.locator('.group-tier--now').innerText()).toMatch(/^3 人/);

  // At the deadline the tier of three counts: ¥10.00 go back to each of them.
  await s.t.moveTime(DAY + MINUTE);
  await until(s, 'the differences', async () => (await s.t.db.query("SELECT 1 FROM refund r JOIN guest_order o USING (order_id) WHERE o.deal_id = $1 AND r.state = 'succeeded'", [dealId])).length === 3);
  expect(await s.t.db.query<{ fen: number }>('SELECT r.amount_fen::int AS fen FROM refund r JOIN guest_order o USING (order_id) WHERE o.deal_id = $1', [dealId])).toEqual([{ fen: 1_000 }, { fen: 1_000 }, { fen: 1_000 }]);
  await guest.page.goto(landing);
  await arrives(guest, '成团了');
  await guest.page.goto(`${s.url}/pages/orders/index`);
  await guest.page.getByText('烤鱼大桌').locator('visible=true').first().click();
  await guest.page.waitForURL(/pages\/order\/index/);
  await arrives(guest, /¥10\.00/);
  await guest.page.goto(`${s.url}/pages/notices/index`);
  await arrives(guest, /差价/);
});

test.each(LOOKS)('these prices in %s pass axe at 320 and 430 wide', async (_, locale, dark) => {
  const now = await nowMs();
  const soon = await m.addDeal({ title: '名字特别长的十二人年夜饭大圆桌限时抢套餐含酒水', isFlash: true, saleStartsAtMs: now + 50 * HOUR, saleEndsAtMs: now + 60 * HOUR, regularDealId: m.dealId, priceFen: 1_234_560, validDays: 14 });
  const idle = await m.addDeal({ title: '闲时', offPeak: { days: [1, 3, 5, 6], fromMinute: 0, toMinute: 1_440, priceFen: 1 } });
  const [group] = await s.t.db.query<{ id: string }>("SELECT group_id AS id FROM group_buy WHERE kind = 'ladder' LIMIT 1");
  await fitsWidths(s.url, s.visit, [`/pages/deal/index?id=${soon.dealId}`, `/pages/deal/index?id=${idle.dealId}`, `/pages/group/index?id=${group!.id}`], { locale, dark });
});
