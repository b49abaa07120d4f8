/** What the platform pays of a discount: asked for at WeChat before the split, given back after an after-sale, to the fen. I-19, F-27. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, makeOffer, makePlatformOffer, pay, placeWith } from '../../support/coupons';
import { account, later, MINUTE, redeem, share } from '../../support/trade';

let t: TestApp;
let m: Market;
let guest: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
});
beforeEach(async () => {
  m = await t.market({ staff: [`店员${Math.random()}`, `店长${Math.random()}`], deal: { perPersonLimit: 99, stock: 500 } });
  guest = await t.person(`客人${Math.random().toString(36).slice(2, 8)}`);
});
afterEach(() => t.sandbox!.control('faults', { reset: true }));
afterAll(() => t.stop());

const subsidies = () => [...(t.sandbox!.sandbox.sandbox.world.tables.subsidy as Map<string, { kind: string; amountFen: number; outNo: string }>).values()];
const mineAtWechat = async () => {
  const numbers = (await t.db.query<{ id: string }>(`SELECT subsidy_id AS id FROM subsidy WHERE merchant_id = $1 UNION SELECT return_id FROM subsidy_return JOIN subsidy USING (subsidy_id) WHERE merchant_id = $1
    UNION SELECT transaction_id FROM payment WHERE merchant_id = $1`, [m.merchantId])).map((row) => row.id);
  return subsidies().filter((one) => numbers.includes(one.outNo)).map(({ kind, amountFen }) => ({ kind, amountFen }));
};
const subsidy = () => t.db.query('SELECT state, amount_fen, returned_fen FROM subsidy WHERE merchant_id = $1', [m.merchantId]);
const figures = async () => ({ frozen: await account(t, 'merchant-frozen', m.merchantId), available: await account(t, 'merchant-available', m.merchantId) });
/** Two units at ¥128 with ¥15 of the shop's and ¥20 of the platform's coupon: ¥221 paid. */
async function bought(): Promise<{ orderId: string; vouchers: string[] }> {
  const [a, b] = [await claim(t, guest, (await makeOffer(t, m)).offerId), await claim(t, guest, (await makePlatformOffer(t, m)).offerId)];
  const order = await placeWith(t, m, guest, [a.couponId, b.couponId], { quantity: 2 });
  expect(order.payableFen).toBe(22_100);
  return { orderId: order.orderId, vouchers: await pay(t, guest, order) };
}

test('I-19 served: merchant = paid + subsidy − commission − fee; commission on what the guest paid; the counter says so', async () => {
  const { vouchers } = await bought();
  const first = await redeem(t, m, vouchers[0]!);
  expect(first).toMatchObject({ paidFen: 11_050, subsidyFen: 1_000, commissionFen: 552, providerFeeFen: 66, merchantNetFen: 11_050 + 1_000 - 552 - 66 });
  await redeem(t, m, vouchers[1]!);
  expect(await subsidy()).toEqual([]); // not before the undo window is over
  await later(t, 6 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 2_000, returned_fen: 0 }]);
  expect(await mineAtWechat()).toEqual([{ kind: 'create', amountFen: 2_000 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 22_100 + 2_000 - 1_105 - 133 });
  expect(await t.db.query("SELECT account_kind, owner_id, amount_fen FROM posting JOIN journal j USING (journal_id) WHERE j.kind = 'subsidy' AND j.merchant_id = $1 ORDER BY amount_fen", [m.merchantId]))
    .toEqual([{ account_kind: 'coupon-subsidy', owner_id: 'platform', amount_fen: -2_000 }, { account_kind: 'merchant-frozen', owner_id: m.merchantId, amount_fen: 2_000 }]);
});

test('I-19 only what was served is subsidised: the other unit was given back', async () => {
  const { orderId, vouchers } = await bought();
  await redeem(t, m, vouchers[0]!);
  await t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: [vouchers[1]!], reason: '少来一位' } });
  await later(t, 6 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 1_000, returned_fen: 0 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 11_050 + 1_000 - 552 - 66 });
});

test('F-27 a refund that reaches WeChat late: subsidy and split wait for it, so its money is still frozen', async () => {
  const { orderId, vouchers } = await bought();
  await redeem(t, m, vouchers[0]!);
  await t.sandbox!.control('faults', { endpoint: 'refund', fault: 'http500', times: 30 });
  await t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: [vouchers[1]!], reason: '少来一位' } });
  await later(t, 6 * MINUTE);
  expect(await t.db.query('SELECT s.state, split.state AS split FROM subsidy s JOIN split USING (order_id) WHERE order_id = $1', [orderId])).toEqual([{ state: 'due', split: 'due' }]);
  await t.sandbox!.control('faults', { reset: true });
  await later(t, 10 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 1_000, returned_fen: 0 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 11_050 + 1_000 - 552 - 66 });
});

test('all given back unused: no subsidy is asked for', async () => {
  const { orderId, vouchers } = await bought();
  await t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: vouchers, reason: '不去了' } });
  await later(t, 10 * MINUTE);
  expect([await subsidy(), await mineAtWechat(), await figures()]).toEqual([[], [], { frozen: 0, available: 0 }]);
});

test('what was served carries nothing of it: WeChat is told so, and the split goes on', async () => {
  const { couponId } = await claim(t, guest, (await makePlatformOffer(t, m, { amountFen: 1, thresholdFen: 0 })).offerId);
  const order = await placeWith(t, m, guest, [couponId], { quantity: 2 });
  const vouchers = await pay(t, guest, order);
  const [bare] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1 AND subsidy_fen = 0', [order.orderId]);
  await redeem(t, m, bare!.id);
  await t.ok('requestRefund', { as: guest, params: { orderId: order.orderId }, body: { voucherIds: vouchers.filter((id) => id !== bare!.id), reason: '少来一位' } });
  await later(t, 6 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'cancelled', amount_fen: 0, returned_fen: 0 }]);
  expect(await mineAtWechat()).toEqual([{ kind: 'cancel', amountFen: 0 }]);
  expect(await t.db.query('SELECT state FROM split WHERE order_id = $1', [order.orderId])).toEqual([{ state: 'succeeded' }]);
});

test('F-35 an after-sale: the refund, then the platform has its part back; the merchant keeps nothing of that unit', async () => {
  const { vouchers } = await bought();
  for (const voucherId of vouchers) await redeem(t, m, voucherId);
  await later(t, 6 * MINUTE);
  for (const [n, voucherId] of vouchers.entries()) {
    const { refundId } = await t.ok('requestAfterSale', { as: guest, params: { voucherId }, body: { reason: '菜凉了' } });
    await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
    await later(t, MINUTE);
    expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 2_000, returned_fen: (n + 1) * 1_000 }]);
    expect((await mineAtWechat()).filter((one) => one.kind === 'return')).toHaveLength(n + 1);
  }
  expect(await figures()).toEqual({ frozen: 0, available: 0 });
  expect(await t.db.query('SELECT 1 FROM subsidy_return WHERE done_at IS NULL')).toEqual([]);
});

test('I-19 an after-sale before the split: the platform pays for what stands, and the coupon that was used stays used', async () => {
  const { orderId, vouchers } = await bought();
  await redeem(t, m, vouchers[0]!);
  const { refundId } = await t.ok('requestAfterSale', { as: guest, params: { voucherId: vouchers[0]! }, body: { reason: '菜凉了' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  for (let i = 0; i < 2; i += 1) await later(t, MINUTE);
  expect(await t.db.query('SELECT state FROM refund WHERE refund_id = $1', [refundId])).toEqual([{ state: 'succeeded' }]);
  await t.ok('requestRefund', { as: guest, params: { orderId }, body: { voucherIds: [vouchers[1]!], reason: '不去了' } });
  for (let i = 0; i < 3; i += 1) await later(t, 3 * MINUTE);
  expect([await subsidy(), await mineAtWechat(), await figures()]).toEqual([[], [], { frozen: 0, available: 0 }]);
  expect(await t.db.query('SELECT DISTINCT state FROM coupon_use WHERE order_id = $1', [orderId])).toEqual([{ state: 'used' }]);

  const second = await bought();
  await redeem(t, m, second.vouchers[0]!);
  const again = await t.ok('requestAfterSale', { as: guest, params: { voucherId: second.vouchers[0]! }, body: { reason: '菜凉了' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId: again.refundId }, body: { accept: true, reason: '抱歉' } });
  for (let i = 0; i < 2; i += 1) await later(t, MINUTE);
  await redeem(t, m, second.vouchers[1]!);
  for (let i = 0; i < 2; i += 1) await later(t, 6 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 1_000, returned_fen: 0 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 11_050 + 1_000 - 552 - 66 });
});

test('a part of the discount only: the shop pays the rest; the rebate is on what the guest paid', async () => {
  const sharer = await t.person(`分享${Math.random().toString(36).slice(2, 8)}`);
  const shareToken = await share(t, m, sharer);
  await t.ok('openShare', { as: guest, params: { token: shareToken }, body: { surface: 'weapp', visitorId: guest.deviceId } });
  const { couponId } = await claim(t, guest, (await makePlatformOffer(t, m, { merchantId: m.merchantId, platformBps: 3_333, amountFen: 1_000 })).offerId);
  const stack = { usesFriend: true, couponIds: [couponId] };
  const quote = await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1, shareToken, stack } });
  const order = await t.ok('placeOrder', { as: guest, body: { dealId: m.dealId, quantity: 1, shareToken, stack, termsVersion: quote.termsVersion, expectedPayableFen: quote.payableFen, surface: 'weapp' } });
  const [{ id }] = (await t.db.query('SELECT payment_id AS id FROM payment WHERE order_id = $1', [order.orderId])) as [{ id: string }];
  const [voucherId] = await pay(t, guest, { orderId: order.orderId, payableFen: order.payableFen, paymentId: id });
  await redeem(t, m, voucherId!);
  await later(t, 6 * MINUTE);
  // ¥128 − ¥10 friend − ¥10 coupon, of which the platform pays ¥3.33.
  expect(order.payableFen).toBe(10_800);
  expect(await subsidy()).toEqual([{ state: 'succeeded', amount_fen: 333, returned_fen: 0 }]);
  expect(await t.db.query('SELECT amount_fen FROM reward WHERE order_id = $1', [order.orderId])).toEqual([{ amount_fen: 864 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 10_800 + 333 - 864 - 540 - 65 });
});

test.each(['http500', 'http500AfterAccept'])('F-27 the subsidy: %s, three times. One subsidy of one number, then the split', async (fault) => {
  const { vouchers } = await bought();
  for (const voucherId of vouchers) await redeem(t, m, voucherId);
  await t.sandbox!.control('faults', { endpoint: 'subsidy', fault, times: 3 });
  await later(t, 6 * MINUTE);
  for (let i = 0; i < 4; i += 1) await later(t, 2 * MINUTE);
  expect(await mineAtWechat()).toEqual([{ kind: 'create', amountFen: 2_000 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 22_100 + 2_000 - 1_105 - 133 });
});

test('the platform has too little at WeChat: stuck with an alarm, the split waits, and goes on with the same number', async () => {
  const { vouchers } = await bought();
  for (const voucherId of vouchers) await redeem(t, m, voucherId);
  const { spMchid } = t.app.config.wechat;
  await t.sandbox!.control('balance', { mchid: spMchid, availableFen: 10 });
  await later(t, 6 * MINUTE);
  expect(await subsidy()).toEqual([{ state: 'stuck', amount_fen: 2_000, returned_fen: 0 }]);
  const [{ id }] = (await t.db.query('SELECT subsidy_id AS id FROM subsidy WHERE merchant_id = $1', [m.merchantId])) as [{ id: string }];
  expect(await t.db.query("SELECT 1 FROM alarm WHERE kind = 'subsidy.stuck' AND subject = $1", [id])).toHaveLength(1);
  expect((await figures()).available).toBe(0);
  await t.sandbox!.control('balance', { mchid: spMchid, availableFen: 100_000_000 });
  await later(t, 6 * MINUTE);
  expect(await mineAtWechat()).toEqual([{ kind: 'create', amountFen: 2_000 }]);
  expect(await figures()).toEqual({ frozen: 0, available: 22_100 + 2_000 - 1_105 - 133 });
});
