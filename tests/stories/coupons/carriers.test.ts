/** One coupon over several orders of a purchase: held, used and given back with all that carry it. I-11, I-19. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, couponState, makeOffer, makePlatformOffer } from '../../support/coupons';
import { buyTogether, makeStreet, placeTogether } from '../../support/purchase';
import { account, later, MINUTE, redeem, vouchersOf } from '../../support/trade';

let t: TestApp;
let street: Market[];
let guest: TestPerson;
let [city, own] = ['', ''];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  street = await makeStreet(t, ['火锅店', '面包店'], { priceFen: 5_000, stock: 50, perPersonLimit: 50 });
});
beforeEach(async () => {
  guest = await t.person(`客人${Math.random()}`);
  city = (await claim(t, guest, (await makePlatformOffer(t, street[0]!, { thresholdFen: 10_000, amountFen: 1_001 })).offerId)).couponId;
  own = (await claim(t, guest, (await makeOffer(t, street[0]!, { thresholdFen: 0, amountFen: 500 })).offerId)).couponId;
});
afterAll(() => t.stop());
const wishes = () => street.map(({ dealId }) => ({ dealId }));
const uses = (couponId: string) => t.db.query('SELECT u.state, u.discount_fen, u.platform_fen FROM coupon_use u WHERE coupon_id = $1 ORDER BY u.discount_fen', [couponId]);

test('cancelled together it comes back together', async () => {
  const { purchaseId, payableFen } = await placeTogether(t, guest, wishes());
  expect(payableFen).toBe(10_000 - 1_001 - 500);
  expect([await couponState(t, city), await couponState(t, own)]).toEqual(['held', 'held']);
  expect(await uses(city)).toEqual([{ state: 'held', discount_fen: 500, platform_fen: 500 }, { state: 'held', discount_fen: 501, platform_fen: 501 }]);
  await t.ok('cancelPurchase', { as: guest, params: { purchaseId } });
  expect([await couponState(t, city), await couponState(t, own)]).toEqual(['available', 'available']);
});

test('of two carriers one goes back: the coupon is still used; both: it comes back', async () => {
  const { orderIds } = await buyTogether(t, guest, wishes());
  expect([await couponState(t, city), await couponState(t, own)]).toEqual(['used', 'used']);
  const states: string[] = [];
  for (const orderId of orderIds) {
    await t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: await vouchersOf(t, orderId), reason: '不去了' } });
    states.push(await couponState(t, city));
  }
  expect(states).toEqual(['used', 'available']);
  expect(await couponState(t, own)).toBe('available');
});

test('both given back at the same moment: it comes back all the same', async () => {
  const { orderIds } = await buyTogether(t, guest, wishes());
  const vouchers = await Promise.all(orderIds.map((orderId) => vouchersOf(t, orderId)));
  await Promise.all(orderIds.map((orderId, i) => t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: vouchers[i]!, reason: '不去了' } })));
  expect(await couponState(t, city)).toBe('available');
});

test('each shop has its own part of the subsidy', async () => {
  const before = await Promise.all(street.map((shop) => account(t, 'merchant-available', shop.merchantId)));
  const { orderIds } = await buyTogether(t, guest, wishes());
  for (const [i, shop] of street.entries()) await redeem(t, shop, (await vouchersOf(t, orderIds[i]!))[0]!, shop.clerk);
  await later(t, 6 * MINUTE);
  for (const [i, shop] of street.entries()) {
    const [order] = await t.db.query<{ paid: number; subsidy: number }>('SELECT payable_fen AS paid, subsidy_fen AS subsidy FROM guest_order WHERE order_id = $1', [orderIds[i]]);
    expect([500, 501]).toContain(order!.subsidy);
    const fee = Math.floor((order!.paid * 60 + 5_000) / 10_000);
    expect((await account(t, 'merchant-available', shop.merchantId)) - before[i]!).toBe(order!.paid + order!.subsidy - fee - Math.floor(order!.paid / 20));
  }
});
