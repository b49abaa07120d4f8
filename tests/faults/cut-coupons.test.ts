/** F-09, F-20 coupons cut at every statement: claim, hold, use, return, gift, end, subsidy and its return. I-11, I-19, I-22, F-27. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { claim, makeOffer, makePlatformOffer, offerOf, pay, placeWith, type CouponOrder } from '../support/coupons';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { count, keepGreen, newKey, newKnife, people, settle, stockOf } from '../support/faults';
import { DAY, MINUTE, payAtCashier, redeem } from '../support/trade';

let t: TestApp;
let m: Market;
let [shop, platform] = ['', ''];
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { stock: 50_000, perPersonLimit: 99 } });
  await offers();
});
/** Offers last some days; these tests move time further than that. */
async function offers(): Promise<void> {
  const far = { total: 100_000, perPerson: 20, isTransferable: true, claimUntilMs: (await t.app.clock.read()) + 400 * DAY };
  shop = (await makeOffer(t, m, far)).offerId;
  platform = (await makePlatformOffer(t, m, far)).offerId;
}
keepGreen(() => t, knife);

interface Mine extends Scene { key: string; couponIds: string[]; order: CouponOrder; voucherIds: string[]; token: string }
const none: CouponOrder = { orderId: '', payableFen: 0, paymentId: '' };
async function scene(): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  return { sharer: sharer!, friend: friend!, key: newKey(), couponIds: [], order: none, voucherIds: [], token: '' };
}
async function having(): Promise<Mine> {
  const s = await scene();
  return { ...s, couponIds: [(await claim(t, s.friend, shop)).couponId, (await claim(t, s.friend, platform)).couponId].sort() };
}
async function placed(): Promise<Mine> {
  const s = await having();
  return { ...s, order: await placeWith(t, m, s.friend, s.couponIds) };
}
async function paidAtWechat(): Promise<Mine> {
  const s = await placed();
  await t.ok('payOrder', { as: s.friend, params: { orderId: s.order.orderId }, body: { method: 'jsapi' } });
  await t.sandbox!.control('faults', { reset: true, notices: { lose: -1 } });
  await payAtCashier(t, s.order.paymentId);
  return s;
}
async function bought(): Promise<Mine> {
  const s = await placed();
  return { ...s, voucherIds: await pay(t, s.friend, s.order) };
}
async function used(): Promise<Mine> {
  const s = await bought();
  await redeem(t, m, s.voucherIds[0]!);
  await t.drain();
  await t.moveTime(6 * MINUTE);
  return s;
}
async function given(): Promise<Mine> {
  const s = await having();
  return { ...s, token: (await t.ok('giveCoupon', { as: s.friend, params: { couponId: s.couponIds[0]! } })).token };
}
const ok = (reply: { status: number }) => reply.status === 200;
const drained = async () => {
  await t.drain();
  return true;
};
const after = async (s: Promise<Mine>, ms: number) => {
  const made = await s;
  await t.moveTime(ms);
  return made;
};

const stories: CutStory<Mine>[] = [
  { name: 'claim', prepare: scene, deliver: async (s) => ok(await t.handle('claimCoupon', { as: s.friend, key: s.key, params: { offerId: shop } })) },
  {
    name: 'place with a coupon of the shop and one of the platform', prepare: having,
    deliver: async (s) => ok(await t.handle('placeOrder', {
      as: s.friend, key: s.key, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800 - 3_500, surface: 'weapp', stack: { usesFriend: false, couponIds: s.couponIds } },
    })),
  },
  { name: 'paid: used', prepare: paidAtWechat, deliver: async (s) => ok(await t.handle('checkPayment', { as: s.friend, params: { orderId: s.order.orderId } })) },
  { name: 'cancelled: back', prepare: placed, deliver: async (s) => ok(await t.handle('cancelOrder', { as: s.friend, key: s.key, params: { orderId: s.order.orderId } })) },
  { name: 'refunded unused: back', prepare: bought, deliver: async (s) => ok(await t.handle('requestRefund', { as: s.friend, key: s.key, params: { orderId: s.order.orderId }, body: { voucherIds: s.voucherIds, reason: '不去了' } })) },
  { name: 'give', prepare: having, deliver: async (s) => ok(await t.handle('giveCoupon', { as: s.friend, key: s.key, params: { couponId: s.couponIds[0]! } })) },
  { name: 'take back', prepare: given, deliver: async (s) => ok(await t.handle('takeBackCoupon', { as: s.friend, key: s.key, params: { couponId: s.couponIds[0]! } })) },
  { name: 'a friend claims', prepare: given, deliver: async (s) => ok(await t.handle('claimCouponGift', { as: s.sharer, key: s.key, params: { token: s.token } })) },
  { name: 'nobody claims', prepare: () => after(given(), DAY), deliver: drained },
  { name: 'subsidy, then split', prepare: used, deliver: drained },
  {
    name: 'after-sale: the subsidy goes back', deliver: drained,
    prepare: async () => {
      const s = await used();
      await settle(t);
      const { refundId } = await t.ok('requestAfterSale', { as: s.friend, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜凉了' } });
      await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
      return s;
    },
  },
];

describe.each(stories.map((s) => [s.name, s] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s each statement, delivered again: the uncut end', async (how) => {
    await t.sandbox!.control('faults', { reset: true });
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThanOrEqual(1);
  });
});

test('F-09 a manager\'s new offer: cut anywhere, delivered again, there is one', async () => {
  const body = await offerOf(t, { title: '切一切', withCode: true });
  for (const when of ['before', 'after'] as const) {
    const key = newKey();
    const made = () => t.handle('createOffer', { as: m.manager, key, params: { storeId: m.storeId }, body });
    knife.use({ [when]: (sql: string) => { if (/coupons_create_offer/.test(sql)) throw new Error('the process died here'); } });
    expect((await made()).status).toBe(500);
    knife.clear();
    const first = await made();
    expect([first.status, (await made()).body]).toEqual([200, first.body]);
  }
  expect(await count(t, "coupon_offer WHERE title = '切一切'")).toBe(2);
});

test('F-20 the coupon went away between the price and the save: the whole transaction is gone, stock and all, and the key may be used again', async () => {
  const s = await having();
  const before = [await stockOf(t, m.dealId), await count(t, 'payment'), await count(t, 'fact')];
  const gate = knife.holdAt(/orders_place/);
  const body = { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800 - 3_500, surface: 'weapp', stack: { usesFriend: false, couponIds: s.couponIds } };
  const placing = t.handle('placeOrder', { as: s.friend, key: s.key, body });
  await gate.reached;
  await t.db.query("UPDATE coupon SET state = 'void' WHERE coupon_id = $1", [s.couponIds[1]]);
  gate.open();
  expect(await placing).toMatchObject({ status: 409, body: { code: 'COUPON_NOT_USABLE', details: { couponId: s.couponIds[1], title: expect.stringContaining('满 100'), why: '已经作废', reason: 'void' } } });
  knife.clear();
  expect([await stockOf(t, m.dealId), await count(t, 'payment'), await count(t, 'fact')]).toEqual(before);
  expect([await count(t, 'guest_order WHERE buyer_id = $1', [s.friend.personId]), await count(t, 'coupon_use WHERE coupon_id = ANY ($1)', [s.couponIds]), await count(t, "coupon WHERE coupon_id = ANY ($1) AND state = 'held'", [s.couponIds])]).toEqual([0, 0, 0]);
  const left = { ...body, expectedPayableFen: 12_800 - (await t.ok('quoteOrder', { as: s.friend, body: { dealId: m.dealId, quantity: 1 } })).savedFen, stack: { usesFriend: false, couponIds: [s.couponIds[0]!] } };
  expect((await t.handle('placeOrder', { as: s.friend, key: s.key, body: left })).status).toBe(200);
});
