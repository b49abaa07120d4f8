/** A cart over several merchants, paid once: from the cart to each shop's counter (A8). */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { buyTogether, combineOf, makeStreet, placeTogether, priced, purchaseState } from '../../support/purchase';
import { account, later, MINUTE, place, redeem, vouchersOf } from '../../support/trade';

let t: TestApp;
let street: Market[];
let guest: TestPerson;
const wishes = () => street.map(({ dealId }) => ({ dealId }));
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  street = await makeStreet(t, ['火锅店', '面包店', '花店'], { priceFen: 5_000, stock: 50, perPersonLimit: 50 });
});
beforeEach(async () => {
  guest = await t.person(`客人${Math.random()}`);
});
afterAll(() => t.stop());

test('one combined payment pays every order; each is served and settled by its own shop', async () => {
  const { purchaseId, orderIds, payableFen } = await buyTogether(t, guest, wishes());
  expect(payableFen).toBe(15_000);
  expect(await purchaseState(t, purchaseId)).toEqual({ orders: ['paid'], payments: ['succeeded', 'succeeded', 'succeeded'], vouchers: 3, journals: 3 });
  for (const [i, shop] of street.entries()) {
    const [voucher] = await vouchersOf(t, orderIds[i]!);
    await redeem(t, shop, voucher!, shop.clerk);
  }
  await later(t, 6 * MINUTE);
  // 5 % commission and no rebate: what is left after WeChat's 0.6 % is the shop's.
  for (const shop of street) expect(await account(t, 'merchant-available', shop.merchantId)).toBe(5_000 - 30 - 250);
  expect(await t.ok('getPurchase', { as: guest, params: { purchaseId } })).toMatchObject({ state: 'completed', canPay: false, canCancel: false });
  // A page left open elsewhere: it was paid, and does not hear that nothing was charged.
  expect((await t.refused('payPurchase', { as: guest, params: { purchaseId }, body: { method: 'jsapi' } })).code).toBe('ORDER_PAID');
});

test('in a browser the same by H5; another way to pay closes the first (F-34)', async () => {
  const { purchaseId } = await placeTogether(t, guest, wishes());
  await t.ok('payPurchase', { as: guest, params: { purchaseId }, body: { method: 'jsapi' } });
  const first = await combineOf(t, purchaseId);
  const { h5Url } = await t.ok('payPurchase', { as: guest, params: { purchaseId }, body: { method: 'h5' } });
  expect(h5Url).toMatch(/redirect_url=/);
  const second = await combineOf(t, purchaseId);
  expect(second).not.toBe(first);
  await expect(t.sandbox!.control('pay', { out_trade_no: first })).rejects.toThrow(/ORDER_CLOSED/);
  await t.sandbox!.control('pay', { out_trade_no: second });
  expect(await t.ok('checkPurchase', { as: guest, params: { purchaseId } })).toMatchObject({ state: 'paid', voucherId: expect.stringMatching(/^vch_/) });
  expect((await purchaseState(t, purchaseId)).payments).toEqual(['closed', 'closed', 'closed', 'succeeded', 'succeeded', 'succeeded']);
});

test('one order alone is neither paid nor cancelled; asking for one asks for all', async () => {
  const { purchaseId, orderIds } = await placeTogether(t, guest, wishes());
  const params = { orderId: orderIds[1]! };
  expect(await t.refused('payOrder', { as: guest, params, body: { method: 'jsapi' } })).toMatchObject({ code: 'PURCHASE_TOGETHER', details: { purchaseId } });
  expect(await t.refused('cancelOrder', { as: guest, params })).toMatchObject({ code: 'PURCHASE_TOGETHER', details: { purchaseId } });
  await t.ok('payPurchase', { as: guest, params: { purchaseId }, body: { method: 'jsapi' } });
  await t.sandbox!.control('pay', { out_trade_no: await combineOf(t, purchaseId) });
  expect(await t.ok('checkPayment', { as: guest, params })).toMatchObject({ state: 'paid' });
  expect((await purchaseState(t, purchaseId)).orders).toEqual(['paid']);
  expect(await t.refused('cancelPurchase', { as: guest, params: { purchaseId } })).toMatchObject({ code: 'ORDER_STATE' });
});

test('cancelled and expired, all of it ends in one save, and its stock is free', async () => {
  const cancelled = await placeTogether(t, guest, wishes());
  expect(await t.ok('cancelPurchase', { as: guest, params: { purchaseId: cancelled.purchaseId } })).toEqual({ ok: true });
  const expired = await placeTogether(t, guest, wishes());
  await t.ok('payPurchase', { as: guest, params: { purchaseId: expired.purchaseId }, body: { method: 'jsapi' } });
  await later(t, 16 * MINUTE);
  expect((await purchaseState(t, cancelled.purchaseId))).toMatchObject({ orders: ['cancelled'], payments: ['closed', 'closed', 'closed'] });
  expect((await purchaseState(t, expired.purchaseId))).toMatchObject({ orders: ['expired'], payments: ['closed', 'closed', 'closed'] });
  expect((await t.db.query('SELECT sum(held)::int AS held FROM deal_stock'))[0]).toEqual({ held: 0 });
  expect((await t.ok('listNotices', { as: guest })).items.filter(({ kind }) => kind === 'purchase.expired')).toMatchObject([{ text: expect.stringContaining('3 单共 ¥150.00') }]);
});

test('three purchases left to expire are hoarding, the three orders of one are not (A-34)', async () => {
  for (let left = 0; left < 3; left += 1) {
    await placeTogether(t, guest, wishes());
    await later(t, 16 * MINUTE);
  }
  expect(await t.refused('placePurchase', { as: guest, body: await priced(t, guest, wishes()) })).toMatchObject({ code: 'HOARDING' });
});

test('what was refused says which line, and nothing of it stands', async () => {
  const [a, b] = street as [Market, Market, Market];
  const scarce = await b.addDeal({ title: '最后两个', stock: 2, priceFen: 3_000 });
  const body = await priced(t, guest, [{ dealId: a.dealId }, { dealId: scarce.dealId, quantity: 2 }]);
  const other = await t.person(`别人${Math.random()}`);
  await place(t, b, other, { dealId: scarce.dealId });
  expect(await t.refused('placePurchase', { as: guest, body })).toMatchObject({ code: 'SOLD_OUT', details: { dealId: scarce.dealId, title: '最后两个', available: 1 } });
  const changed = { ...body, items: body.items.map((item) => (item.dealId === a.dealId ? { ...item, expectedUnitPriceFen: 4_000 } : item)) };
  expect(await t.refused('placePurchase', { as: guest, body: changed, language: 'zh' })).toMatchObject({
    code: 'CART_CHANGED', message: '「火锅店的招牌」的价格从 ¥40.00 变成了 ¥50.00，没有下单，也没有扣款。看一眼再决定。', details: { dealId: a.dealId, wasFen: 4_000, nowFen: 5_000 },
  });
  await place(t, a, guest);
  const unpaid = await t.refused('placePurchase', { as: guest, body: await priced(t, guest, wishes()) });
  expect(unpaid).toMatchObject({ code: 'UNPAID_ORDER_EXISTS', details: { title: '火锅店的招牌', purchaseId: null, orderId: expect.stringMatching(/^ord_/) } });
  expect((await t.db.query('SELECT count(*)::int AS n FROM purchase WHERE buyer_id = $1', [guest.personId]))[0]).toEqual({ n: 0 });
});

test('each order of it is refunded and taken back by itself', async () => {
  const { purchaseId, orderIds } = await buyTogether(t, guest, wishes());
  await t.ok('requestRefund', { as: guest, params: { orderId: orderIds[0]! }, body: { voucherIds: await vouchersOf(t, orderIds[0]!), reason: '不想去了' } });
  await later(t, MINUTE);
  const purchase = await t.ok('getPurchase', { as: guest, params: { purchaseId } });
  expect(purchase.state).toBe('paid');
  expect(purchase.orders.map(({ state }) => state).sort()).toEqual(['paid', 'paid', 'refunded']);
});
