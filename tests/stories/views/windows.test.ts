/** What is over, has not begun, was taken back or is of another day is shown as that, also before the worker came round to it. */
import { AFTER_SALE_TRIES, AFTER_SALE_WINDOW_MS, REAL_PRICE_MS } from '../../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, makeOffer } from '../../support/coupons';
import { newMarket, people } from '../../support/faults';
import { openGroup, standard } from '../../support/groups';
import { buy, DAY, later, MINUTE, redeem, share } from '../../support/trade';

let t: TestApp;
let m: Market;
let guest: TestPerson;
let sharer: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
});
beforeEach(async () => {
  m = await newMarket(t);
  [guest, sharer] = (await people(t, 2)) as [TestPerson, TestPerson];
});
afterAll(() => t.stop());

const voucher = (voucherId: string) => t.ok('getVoucher', { as: guest, params: { voucherId } });
const undo = (redemptionId: string) => t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });

test('an offer is not listed before its claims begin, and not after they end', async () => {
  const now = await t.app.clock.read();
  const { offerId } = await makeOffer(t, m, { claimFromMs: now + DAY, claimUntilMs: now + 2 * DAY });
  const listed = async () => (await t.ok('listCouponOffers', { as: guest, query: { merchantId: m.merchantId } })).items.map((offer) => offer.offerId);
  expect(await listed()).toEqual([]);
  await t.moveTime(DAY);
  expect(await listed()).toEqual([offerId]);
  await t.moveTime(DAY);
  expect(await listed()).toEqual([]);
});

test('a gift past its end reads as ended before it went back', async () => {
  const { couponId } = await claim(t, guest, (await makeOffer(t, m, { isTransferable: true })).offerId);
  const { token } = await t.ok('giveCoupon', { as: guest, params: { couponId } });
  const gift = async () => (await t.ok('getCouponGift', { as: sharer, params: { token } })).state;
  expect(await gift()).toBe('open');
  await t.moveTime(DAY);
  expect(await gift()).toBe('ended');
  expect(await t.db.query('SELECT state FROM coupon_gift WHERE token = $1', [token])).toEqual([{ state: 'open' }]);
  await t.drain();
});

test('an after-sale can be asked for as long as the window is open; a no before an undo does not count against the next use', async () => {
  const { voucherIds: [id] } = await buy(t, m, guest);
  const first = await redeem(t, m, id!);
  for (let n = 0; n < AFTER_SALE_TRIES; n += 1) {
    expect((await voucher(id!)).afterSale).toBe('ask');
    const { refundId } = await t.ok('requestAfterSale', { as: guest, params: { voucherId: id! }, body: { reason: '菜凉了' } });
    await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: false, reason: '已经换过一份' } });
  }
  expect((await voucher(id!)).afterSale).toBe('no');
  await undo(first.redemptionId);
  await redeem(t, m, id!);
  expect((await voucher(id!)).afterSale).toBe('ask');
  const { refundId } = await t.ok('requestAfterSale', { as: guest, params: { voucherId: id! }, body: { reason: '又凉了' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: false, reason: '抱歉，不行' } });
  await later(t, AFTER_SALE_WINDOW_MS);
  expect((await voucher(id!)).afterSale).toBe('no');
});

test('a rebate says when the friend was served, and nothing once that was undone', async () => {
  const { voucherIds: [id] } = await buy(t, m, guest, { shareToken: await share(t, m, sharer) });
  const servedAt = async () => (await t.ok('listRewards', { as: sharer })).items[0]!.redeemedAtMs;
  expect(await servedAt()).toBeNull();
  const { redemptionId } = await redeem(t, m, id!);
  expect(await servedAt()).toBeGreaterThan(0);
  await undo(redemptionId);
  expect(await servedAt()).toBeNull();
});

test('the day of a shop: who came by a code yesterday is of yesterday', async () => {
  const { code } = await t.ok('createChannelCode', { as: m.operator, params: { merchantId: m.merchantId }, body: { storeId: m.storeId, kind: 'table', label: '3 号桌' } });
  await t.ok('openCode', { params: { code }, body: { visitorId: 'dev-yesterday-01', surface: 'h5' } });
  const reach = async () => (await t.ok('getToday', { as: m.manager, params: { storeId: m.storeId } })).funnel.reach;
  expect(await reach()).toBe(1);
  await t.moveTime(DAY);
  expect(await reach()).toBe(0);
});

test('a flash sale that is over still names its regular price and deal, while that one is on sale', async () => {
  const now = await t.app.clock.read();
  const flashOf = async (regularEndsAtMs: number) => {
    const regular = await m.addDeal({ title: '平日双人餐', priceFen: 12_800, saleEndsAtMs: regularEndsAtMs });
    const { dealId } = await m.addDeal({ title: '今晚双人餐', priceFen: 6_600, isFlash: true, regularDealId: regular.dealId, saleStartsAtMs: now - 1_000, saleEndsAtMs: now + DAY });
    return { regular: regular.dealId, shown: async () => (await t.ok('getDeal', { as: guest, params: { dealId } })).flash };
  };
  const [on, off] = [await flashOf(now + 2 * DAY), await flashOf(now + DAY)];
  await later(t, DAY);
  expect(await on.shown()).toMatchObject({ regularPriceFen: null, regular: { dealId: on.regular, priceFen: 12_800 } });
  expect(await off.shown()).toMatchObject({ regularPriceFen: null, regular: null });
});

test('A11 a price is crossed out at a flash sale while somebody paid it lately and kept what it bought, not because it is asked', async () => {
  const now = await t.app.clock.read();
  const regular = await m.addDeal({ title: '平日四人餐', priceFen: 15_800, saleEndsAtMs: now + 60 * DAY });
  const flash = await m.addDeal({ title: '今晚四人餐', priceFen: 8_800, isFlash: true, regularDealId: regular.dealId, saleStartsAtMs: now - 1_000, saleEndsAtMs: now + 50 * DAY });
  const crossed = async () => {
    const listed = (await t.ok('listDeals', { query: { q: '今晚四人餐' } })).items[0]?.flash?.regularPriceFen;
    const { flash: own } = await t.ok('getDeal', { as: guest, params: { dealId: flash.dealId } });
    expect(own!.regular).toEqual({ dealId: regular.dealId, priceFen: 15_800 });
    return [listed, own!.regularPriceFen];
  };
  /** Both are answered from snapshots, some seconds old at most. */
  const becomes = async (fen: number | null) => {
    while ((await crossed()).some((one) => one !== fen)) await new Promise((done) => setTimeout(done, 50));
  };
  expect(await crossed()).toEqual([null, null]);
  const back = await buy(t, m, guest, { dealId: regular.dealId });
  await becomes(15_800);
  await t.ok('requestRefund', { as: guest, params: { orderId: back.orderId }, body: { voucherIds: back.voucherIds, reason: '不去了' } });
  await later(t, MINUTE);
  await becomes(null);
  await buy(t, m, guest, { dealId: regular.dealId });
  await becomes(15_800);
  await later(t, REAL_PRICE_MS);
  await becomes(null);
});

test('the group of a pick-up deal says so', async () => {
  const { dealId } = await m.addDeal({ title: '面包礼盒', fulfilment: 'pickup', group: standard() });
  const { groupId } = await openGroup(t, m, guest, { dealId });
  expect((await t.ok('getGroup', { as: guest, params: { groupId } })).fulfilment).toBe('pickup');
});
