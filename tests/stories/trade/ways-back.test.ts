/** Ways back that cross each other: each ends, the guest has the money, and the books are whole (checked after each test). I-15, I-18, I-19, I-21. */
import { REFUND_MAX_PARTS } from '../../../functions/contract/limits';
import { markPaid } from '../../../functions/orders';
import { reactions } from '../../../functions/worker/reactions';
import { drain } from '../../../functions/worker/runner';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { account, buy, DAY, later, MINUTE, redeem, share, stateOf } from '../../support/trade';

let t: TestApp;
let m: Market;
let friend: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  m = await t.market({ deal: { priceFen: 12_837, friendDiscountFen: 1_001, rebateBps: 1_500 } });
  friend = await t.person('周屿');
});
afterEach(() => t.stop());

const askAfterSale = (voucherId: string) => t.ok('requestAfterSale', { as: friend, params: { voucherId }, body: { reason: '菜不新鲜' } });
const accept = (refundId: string) => t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
/** What the sharer may hope for, in fen: one number while it is expected. */
const expected = async (orderId: string) => (await t.db.query<{ fen: number }>("SELECT amount_fen AS fen FROM reward WHERE order_id = $1 AND state = 'expected'", [orderId])).map((row) => row.fen);
const nothingIsParked = async () => expect(await t.db.query("SELECT kind, last_error FROM fact WHERE state = 'parked'")).toEqual([]);

describe('an after-sale accepted while another voucher is unused is paid at once, from what lies frozen (I-15, I-19)', () => {
  let sharer: TestPerson;
  let order: Awaited<ReturnType<typeof buy>>;
  const held = async () => Object.fromEntries(await Promise.all(['merchant-available', 'merchant-frozen', 'provider-fee', 'refund-transit'].map(async (kind) => [kind, await account(t, kind, m.merchantId)] as const)));
  beforeEach(async () => {
    sharer = await t.person('林小满');
    // 128.37 each, less 10.01 on the first.
    order = await buy(t, m, friend, { quantity: 2, shareToken: await share(t, m, sharer) });
    await redeem(t, m, order.voucherIds[0]!);
    await accept((await askAfterSale(order.voucherIds[0]!)).refundId);
    await t.drain();
    await t.drain();
    await t.moveTime(10_000);
    await t.drain();
    expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded']);
    expect([await stateOf(t, 'guest_order', 'order_id', order.orderId), await expected(order.orderId)]).toEqual([['paid'], [Math.floor((await paidFen(1)) * 0.15)]]);
  });
  const paidFen = async (n: number) => (await t.db.query<{ fen: number }>('SELECT paid_fen AS fen FROM voucher WHERE voucher_id = $1', [order.voucherIds[n]]))[0]!.fen;

  test('the other is used: split and rebate are on that one', async () => {
    await redeem(t, m, order.voucherIds[1]!);
    await later(t, 6 * MINUTE);
    const [kept, rebate] = [await paidFen(1), Math.floor(((await paidFen(1)) * 1_500) / 10_000)];
    expect(await t.db.query('SELECT state, commission_fen, reward_fen FROM split WHERE order_id = $1', [order.orderId])).toEqual([{ state: 'succeeded', commission_fen: Math.floor(kept * 0.05), reward_fen: rebate }]);
    expect(await held()).toEqual({ 'merchant-available': kept - rebate - Math.floor(kept * 0.05) - Math.round(kept * 0.006), 'merchant-frozen': 0, 'provider-fee': Math.round(kept * 0.006), 'refund-transit': 0 });
    expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['completed']);
    // And that one as well: now it comes back from the split.
    await accept((await askAfterSale(order.voucherIds[1]!)).refundId);
    for (let i = 0; i < 3; i += 1) await later(t, MINUTE);
    expect([await stateOf(t, 'guest_order', 'order_id', order.orderId), await stateOf(t, 'reward', 'order_id', order.orderId)]).toEqual([['refunded'], ['cancelled']]);
    expect(await held()).toEqual({ 'merchant-available': 0, 'merchant-frozen': 0, 'provider-fee': 0, 'refund-transit': 0 });
    await nothingIsParked();
  });

  test('the other goes back as well: nothing is left to split, and nobody keeps anything', async () => {
    await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[1]!], reason: '不去了' } });
    for (let i = 0; i < 3; i += 1) await later(t, 3 * MINUTE);
    expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded', 'succeeded']);
    expect([await stateOf(t, 'guest_order', 'order_id', order.orderId), await stateOf(t, 'reward', 'order_id', order.orderId)]).toEqual([['refunded'], ['cancelled']]);
    expect(await t.db.query('SELECT 1 FROM split WHERE order_id = $1', [order.orderId])).toEqual([]);
    expect(await held()).toEqual({ 'merchant-available': 0, 'merchant-frozen': 0, 'provider-fee': 0, 'refund-transit': 0 });
    expect([await account(t, 'provider', m.merchantId), await account(t, 'platform-fee', 'platform')]).toEqual([0, 0]);
    await nothingIsParked();
  });
});

describe('a part goes back unused: from then on the rebate of the rest is expected (I-16)', () => {
  const giveBack = (order: { orderId: string; voucherIds: string[] }, ...which: number[]) =>
    t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: which.map((n) => order.voucherIds[n]!), reason: '少去几位' } });

  test('of three one goes back, one is used, one goes back: the wallet shows at each step what is paid in the end', async () => {
    const sharer = await t.person('林小满');
    const { dealId } = await m.addDeal({ priceFen: 3_333, friendDiscountFen: 101, rebateBps: 1_500, perPersonLimit: 9 });
    const order = await buy(t, m, friend, { dealId, quantity: 3, shareToken: await share(t, m, sharer, dealId) });
    const paidFen = (await t.db.query<{ fen: number }>('SELECT paid_fen AS fen FROM voucher WHERE order_id = $1 ORDER BY position', [order.orderId])).map((row) => row.fen);
    const of = (...which: number[]) => Math.floor((which.reduce((sum, n) => sum + paidFen[n]!, 0) * 1_500) / 10_000);
    const shown = async () => (await t.ok('getWallet', { as: sharer })).waitingFen;
    expect([await expected(order.orderId), await shown()]).toEqual([[of(0, 1, 2)], of(0, 1, 2)]);
    await giveBack(order, 2);
    expect([await expected(order.orderId), await shown()]).toEqual([[of(0, 1)], of(0, 1)]);
    await redeem(t, m, order.voucherIds[0]!);
    expect(await expected(order.orderId)).toEqual([of(0, 1)]);
    await giveBack(order, 1);
    expect(await t.db.query('SELECT state, amount_fen FROM reward WHERE order_id = $1', [order.orderId])).toEqual([{ state: 'pending', amount_fen: of(0) }]);
  });

  test('so little is left that nothing would be paid: it ends at once (A-38)', async () => {
    const { dealId } = await m.addDeal({ priceFen: 60, friendDiscountFen: 0, rebateBps: 1_000, perPersonLimit: 9 });
    const order = await buy(t, m, friend, { dealId, quantity: 3, shareToken: await share(t, m, await t.person('林小满'), dealId) });
    expect(await expected(order.orderId)).toEqual([18]);
    await giveBack(order, 0);
    expect(await expected(order.orderId)).toEqual([12]);
    await giveBack(order, 1);
    expect(await t.db.query('SELECT state, reason FROM reward WHERE order_id = $1', [order.orderId])).toEqual([{ state: 'cancelled', reason: 'limit' }]);
    await redeem(t, m, order.voucherIds[2]!);
    expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['cancelled']);
    await nothingIsParked();
  });
});

test('an after-sale accepted just before an undo opens its order again is paid from what lies frozen (I-19)', async () => {
  const order = await buy(t, m, friend, { quantity: 2 });
  await redeem(t, m, order.voucherIds[0]!);
  const { redemptionId } = await redeem(t, m, order.voucherIds[1]!);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await accept(refundId);
  await t.drain();
  expect(await t.db.query('SELECT state, funded FROM refund WHERE refund_id = $1', [refundId])).toEqual([{ state: 'accepted', funded: false }]);
  await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
  for (let i = 0; i < 3; i += 1) await later(t, 11_000);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  await nothingIsParked();
});

test('an undo ends the after-sale that waits, and the voucher can be used or given back again (I-14, I-21)', async () => {
  const order = await buy(t, m, friend);
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
  expect(await t.refused('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '' } })).toMatchObject({ code: 'NOT_FOUND' });
  await t.drain();
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['declined']);
  await redeem(t, m, order.voucherIds[0]!);
  const again = await askAfterSale(order.voucherIds[0]!);
  await accept(again.refundId);
  await later(t, 6 * MINUTE);
  await later(t, MINUTE);
  expect(await stateOf(t, 'refund', 'refund_id', again.refundId)).toEqual(['succeeded']);
  await nothingIsParked();
});

test('an undo after the answer\'s time alone is declined as well, not retried for ever', async () => {
  const order = await buy(t, m, friend);
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
  await t.db.query("UPDATE fact SET state = 'done' WHERE kind = 'redemption.undone'"); // as if it had been lost
  await later(t, 2 * DAY + MINUTE);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['declined']);
  await nothingIsParked();
});

test('an order given back before its shipping was reported is not reported: nothing is parked (I-21)', async () => {
  const order = await buy(t, m, friend);
  await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '不去了' } });
  // The refund is quicker than the report.
  for (let i = 0; i < 2; i += 1) {
    await drain(t.app, { only: { 'send-refund': reactions['send-refund'] } });
    await t.moveTime(MINUTE);
  }
  for (let i = 0; i < 12; i += 1) await later(t, 70 * MINUTE);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
  await nothingIsParked();
});

test('a transaction that pays one order is no proof for another: quarantined, the order stays unpaid (I-09, F-33)', async () => {
  const [first, second] = [await t.person('买一单的'), await t.person('没付的')];
  const paid = await buy(t, m, first);
  const open = await buy(t, m, second, { pay: false });
  const [payment] = await t.db.query('SELECT transaction_id AS "transactionId", sub_mchid AS "subMchid" FROM payment WHERE payment_id = $1', [paid.paymentId]);
  const told = {
    paymentId: open.paymentId, transactionId: payment!.transactionId as string, state: 'SUCCESS' as const, amountFen: open.payableFen, currency: 'CNY', spMchid: t.app.config.wechat.spMchid,
    subMchid: payment!.subMchid as string, appid: t.app.config.wechat.spAppid, subAppid: null, payerOpenid: 'o'.padEnd(28, '1'), successAtMs: t.app.clock.nowMs(),
  };
  expect(await markPaid(t.app, told)).toBe('quarantined');
  expect(await stateOf(t, 'guest_order', 'order_id', open.orderId)).toEqual(['unpaid']);
});

test('an order holds no more units than WeChat gives back one by one: each of them goes back alone, the last one too (I-07, I-28)', async () => {
  const { dealId } = await m.addDeal({ perPersonLimit: 99, stock: 99 });
  expect(await t.ok('quoteOrder', { as: friend, body: { dealId, quantity: 1 } })).toMatchObject({ maxQuantity: REFUND_MAX_PARTS });
  expect(await t.refused('quoteOrder', { as: friend, body: { dealId, quantity: REFUND_MAX_PARTS + 1 } })).toMatchObject({ code: 'LIMIT_PER_ORDER', details: { limit: REFUND_MAX_PARTS } });
  expect(await t.refused('quoteOrder', { as: friend, body: { dealId, quantity: 99 } })).toMatchObject({ code: 'LIMIT_PER_ORDER' });
  const order = await buy(t, m, friend, { dealId, quantity: REFUND_MAX_PARTS });
  for (const voucherId of order.voucherIds) await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [voucherId], reason: '不去了' } });
  await later(t, MINUTE);
  expect(new Set(await stateOf(t, 'refund', 'order_id', order.orderId))).toEqual(new Set(['succeeded']));
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
});
