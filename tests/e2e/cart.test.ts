/** A cart on H5 in Chromium: deals of three merchants, one payment, a voucher of each; a price that changes meanwhile; axe on each page. */
import type { Market, TestPerson } from '../support/app';
import { saveTerms } from '../support/market';
import { startSite, type Site, type Visitor, type VisitOptions } from './support/browser';
import { answer, arrives, fitsWidths, login, sees } from './support/steps';

let s: Site;
let street: [Market, Market, Market];
let guest: TestPerson;

beforeAll(async () => {
  s = await startSite();
  const hotpot = await s.t.market({ merchant: { name: '渡口老灶' }, deal: { title: '双人鸳鸯锅套餐' } });
  const { operator } = hotpot;
  const dimsum = await s.t.market({ operator, staff: ['店员二', '店长二'], merchant: { name: '荷风粤点', logoInk: '#2E7D5B' }, deal: { title: '早茶四笼 + 菊普双人份', priceFen: 7_600, fulfilment: 'pickup', pictureUrls: ['/art/dish-dimsum.svg'] } });
  const clay = await s.t.market({ operator, staff: ['店员三', '店长三'], merchant: { name: '白盏陶艺', logoInk: '#6B5B4D' }, deal: { title: '双人拉坯体验 2 小时', priceFen: 16_800, pictureUrls: ['/art/dish-pottery.svg'] } });
  street = [hotpot, dimsum, clay];
  guest = await s.t.person('何川');
  await coupon(hotpot);
});
afterAll(() => s.stop());

/** 满 100 减 15 at the first merchant, in the guest's hands. */
async function coupon(m: Market): Promise<void> {
  const now = await s.t.app.clock.read();
  const { offerId } = await s.t.ok('createOffer', {
    as: m.manager, params: { storeId: m.storeId },
    body: {
      title: '到店礼', kind: 'amount', audience: 'everyone', winBackDays: null, thresholdFen: 10_000, amountFen: 1_500, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [], total: 10, perPerson: 1,
      claimFromMs: now - 1_000, claimUntilMs: now + 86_400_000, validFromMs: null, validUntilMs: null, validDays: 30, withCode: false, isTransferable: false,
    },
  });
  await s.t.ok('claimCoupon', { as: guest, params: { offerId } });
}

/** The merchant's next terms. */
async function reprice({ dealId, deal }: Market, priceFen: number): Promise<void> {
  const { friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays, saleStartsAtMs, saleEndsAtMs } = deal;
  const terms = { priceFen, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays, saleStartsAtMs, saleEndsAtMs, group: null, isFlash: false, regularDealId: null, offPeak: null };
  await saveTerms(s.t.db, { dealId, fromVersion: 1, terms });
}

/** The guest's phone, signed in before. */
let session = '';
async function visit(options: VisitOptions = {}): Promise<Visitor> {
  const v = await s.visit(options);
  await v.context.addInitScript((kept) => localStorage.setItem('juke.session', kept), session);
  return v;
}
const count = async (table: string, where = 'true') => Number((await s.t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`))[0]!.n);

test('deals of three merchants are paid at once, and each has its code (I-06, I-22)', async () => {
  const v = await s.visit();
  const put = () => v.page.getByRole('button', { name: '加入购物车' }).locator('visible=true').click();
  await v.page.goto(`${s.url}/pages/deal/index?id=${street[0].dealId}`);
  await put();
  await login(s, v, guest.phone!);
  await arrives(v, '放进购物车了');
  session = await v.page.evaluate(() => localStorage.getItem('juke.session')!);
  for (const m of street.slice(1)) {
    await v.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
    await put();
    await sees(v, '放进购物车了');
  }
  await v.page.getByRole('button', { name: /^购物车\s*3$/ }).click();
  await arrives(v, '去结算（3）');
  await v.page.getByRole('button', { name: '去结算（3）' }).click();
  await arrives(v, '已省 ¥15.00');
  await sees(v, '自提');
  expect(await v.page.getByLabel('¥357.00').locator('visible=true').count()).toBe(2);

  // The price changes between the look and the tap: refused in words, nothing ordered, nothing charged, the cart as it was.
  await reprice(street[2], 17_800);
  await v.page.getByRole('button', { name: '提交并支付' }).click();
  await arrives(v, /「双人拉坯体验 2 小时」从 ¥168.00 变成了 ¥178.00。没有下单，也没有扣款/);
  expect([await count('guest_order'), await count('payment'), await count('cart_item')]).toEqual([0, 0, 3]);
  await v.page.getByLabel('¥367.00').locator('visible=true').first().waitFor();
  await v.page.getByRole('button', { name: '提交并支付' }).click();
  await v.page.getByRole('button', { name: '付款 ¥367.00' }).click();
  await arrives(v, '付好了');
  for (const name of ['出示券码 双人鸳鸯锅套餐', '出示取货码 早茶四笼 + 菊普双人份', '出示券码 双人拉坯体验 2 小时']) await v.page.getByRole('button', { name }).waitFor();
  expect([await count('guest_order', `state = 'paid'`), await count('voucher', `state = 'issued'`), await count('cart_item'), await count('coupon', `state = 'used'`)]).toEqual([3, 3, 0, 1]);
  await v.page.getByRole('button', { name: /出示取货码/ }).click();
  await arrives(v, '到这里取');
  await v.context.close();
});

test('a purchase that was not paid is cancelled all together, from any of its orders', async () => {
  const v = await visit();
  for (const m of street.slice(0, 2)) await s.t.ok('setCartItem', { as: guest, params: { dealId: m.dealId }, body: { quantity: 1 } });
  await v.page.goto(`${s.url}/pages/mine/index`);
  await v.page.getByText('几家店一次付清').click();
  await v.page.getByRole('button', { name: '去结算（2）' }).click();
  await v.page.getByRole('button', { name: '提交并支付' }).click();
  await v.page.getByRole('button', { name: '付款 ¥204.00' }).waitFor();
  await v.page.goto(`${s.url}/pages/orders/index`);
  await v.page.getByRole('button', { name: '去一起付款' }).first().click();
  await arrives(v, '2 单，等你一起付');
  await v.page.getByText('双人鸳鸯锅套餐').locator('visible=true').first().click();
  await arrives(v, /合并付款的一单/);
  await v.page.getByRole('button', { name: '去一起付款' }).locator('visible=true').click();
  await v.page.getByRole('button', { name: '全部取消' }).locator('visible=true').click();
  await answer(v, '全部取消');
  await arrives(v, '没有扣款。如果你刚付过，会全额自动退回。');
  expect(await count('guest_order', `state = 'cancelled'`)).toBe(2);
  await v.context.close();
});

test.each([['light', false], ['dark', true]])('the cart in %s passes axe at 320 and 430 wide, and holds long names and big amounts', async (_, dark) => {
  const rich = await street[0].addDeal({ title: '名字特别长的十二人年夜饭大圆桌套餐含酒水包间', priceFen: 1_234_560 });
  const last = await street[1].addDeal({ title: '最后一份', priceFen: 1, friendDiscountFen: 0, stock: 1 });
  for (const { dealId } of [rich, last]) await s.t.ok('setCartItem', { as: guest, params: { dealId }, body: { quantity: 2 } });
  await fitsWidths(s.url, visit, ['/cart/pages/cart/index'], { dark }, '只剩 1 份了。');
  for (const { dealId } of [rich, last]) await s.t.ok('setCartItem', { as: guest, params: { dealId }, body: { quantity: 0 } });
});
