/** Payments of one order in several ways: prepared while it ends, paid late, paid twice, told of twice: F-03, F-05, F-16, F-33, F-34. */
import { wechatPay } from '../../functions/payments';
import { count, lostConnection, newKnife, settle, stockOf } from '../support/faults';
import { preparePaying, type Paying } from '../support/paying';
import { account, buy, MINUTE, payAtCashier, paymentOf, redeem, stateOf } from '../support/trade';

let { t, m, buyer, inbox } = {} as Paying;
const knife = newKnife();
const { deliver, paidAtWechat, orderState, expectPaidOnce, refundsAtWechat } = preparePaying(knife, (world) => void ({ t, m, buyer, inbox } = world));

test('F-16 F-34 cancelled while its payment is being prepared: nobody is led to the cashier', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  const gate = knife.holdAt(/payments_prepared/);
  const preparing = t.handle('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await gate.reached;
  await t.ok('cancelOrder', { as: buyer, params: { orderId: order.orderId } });
  await t.drain();
  gate.open();
  expect((await preparing).body.code).toBe('ORDER_NOT_PAYABLE');
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['closed']);
});

test('F-34 F-22 another way to pay, asked for twice at once, and with its answer lost: one more number, and it is paid', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  const pay = (method: 'jsapi' | 'h5') => t.handle('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method } });
  expect((await pay('jsapi')).status).toBe(200);
  const gate = knife.holdAt(/orders_open_payment/);
  const slow = pay('h5');
  await gate.reached;
  expect((await pay('h5')).status).toBe(200);
  gate.open();
  expect((await slow).status).toBe(200);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['closed', 'prepared']);
  let isLost = false;
  knife.use({ after: (sql) => {
    if (isLost || !/orders_open_payment/.test(sql)) return;
    isLost = true;
    throw lostConnection();
  } });
  expect([(await pay('jsapi')).status, isLost]).toEqual([200, true]);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['closed', 'closed', 'prepared']);
  const paymentId = await paymentOf(t, order.orderId);
  await payAtCashier(t, paymentId);
  expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  await expectPaidOnce(order.orderId, paymentId);
});

test('F-03 F-16 success after the order expired: it stays expired, all goes back by itself, stock is not touched again', async () => {
  const order = await paidAtWechat(2);
  await t.sandbox!.control('faults', { endpoints: [{ endpoint: 'query', fault: 'http500', times: 50 }] });
  await t.moveTime(15 * MINUTE);
  await t.drain();
  expect(await orderState(order.orderId)).toBe('expired');
  const before = await stockOf(t, m.dealId);
  expect(before).toEqual({ stocked: 100, available: 100, held: 0, sold: 0 });
  await t.sandbox!.control('faults', { reset: true, notices: { sendTo: inbox.url } });
  await t.app.clock.read();
  // The notice is as fresh as WeChat's next try.
  await t.sandbox!.control('faults', { notices: { sendTo: '' } });
  const { paymentId } = order;
  const told = (await wechatPay(t.app.config.wechat).findPayment(paymentId, m.subMchid))!;
  const { markPaid } = await import('../../functions/orders');
  expect(await Promise.all([markPaid(t.app, told), markPaid(t.app, told), markPaid(t.app, told)])).toEqual(expect.arrayContaining(['late', 'repeat', 'repeat']));
  await settle(t);
  expect(await orderState(order.orderId)).toBe('expired');
  expect(await t.db.query('SELECT kind, state, amount_fen FROM refund WHERE order_id = $1', [order.orderId])).toEqual([{ kind: 'late_payment', state: 'succeeded', amount_fen: order.payableFen }]);
  expect(refundsAtWechat(paymentId)).toHaveLength(1);
  expect(await stockOf(t, m.dealId)).toEqual(before);
  for (const kind of ['provider', 'refund-transit', 'merchant-frozen', 'provider-fee']) expect([kind, await account(t, kind, m.merchantId)]).toEqual([kind, 0]);
});

test('F-33 I-09 another transaction for an intent that is paid: quarantined, not taken for a repeat', async () => {
  const order = await paidAtWechat();
  expect(await deliver(order.notice)).toBe(204);
  const told = (await wechatPay(t.app.config.wechat).findPayment(order.paymentId, m.subMchid))!;
  const { markPaid } = await import('../../functions/orders');
  expect(await markPaid(t.app, { ...told, transactionId: '4200009999202611209999999999' })).toBe('quarantined');
  expect(await count(t, "alarm WHERE kind = 'payment.quarantined' AND subject = '4200009999202611209999999999'")).toBe(1);
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-33 I-09 two transactions for one intent, told of at the same moment: one counts, the other is quarantined', async () => {
  const order = await paidAtWechat();
  const told = (await wechatPay(t.app.config.wechat).findPayment(order.paymentId, m.subMchid))!;
  const { markPaid } = await import('../../functions/orders');
  const gate = knife.holdAt(/orders_mark_paid/);
  const other = markPaid(t.app, { ...told, transactionId: '4200009999202611208888888888' });
  await gate.reached;
  expect(await deliver(order.notice)).toBe(204);
  gate.open();
  expect(await other).toBe('quarantined');
  expect(await count(t, "alarm WHERE kind = 'payment.quarantined' AND subject = '4200009999202611208888888888'")).toBe(1);
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-34 one order paid twice, both notices at once: one counts, the other goes back whole', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  const second = `${order.paymentId}2`;
  await t.db.call('orders_open_payment', { orderId: order.orderId, paymentId: second, subMchid: m.subMchid });
  await wechatPay(t.app.config.wechat).prepareJsapi({
    paymentId: second, subMchid: m.subMchid, amountFen: order.payableFen, description: '双人餐', expiresAtMs: t.app.clock.nowMs() + 10 * MINUTE, notifyUrl: `${inbox.url}/payments`, openid: buyer.openid!,
  });
  await Promise.all([payAtCashier(t, order.paymentId), payAtCashier(t, second)]);
  const notices = await inbox.waitFor(2);
  expect(await Promise.all([...notices, ...notices].map((n) => deliver(n)))).toEqual([204, 204, 204, 204]);
  await settle(t);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['succeeded', 'succeeded']);
  expect(await orderState(order.orderId)).toBe('paid');
  expect(await count(t, 'voucher WHERE order_id = $1', [order.orderId])).toBe(1);
  const refunds = await t.db.query<{ payment: string }>('SELECT payment_id AS payment, kind, state, amount_fen FROM refund WHERE order_id = $1', [order.orderId]);
  expect(refunds).toEqual([{ payment: expect.any(String), kind: 'double_payment', state: 'succeeded', amount_fen: order.payableFen }]);
  expect(await count(t, "journal WHERE kind = 'payment' AND subject <> $1 AND subject IN ($2, $3)", [refunds[0]!.payment, order.paymentId, second])).toBe(1);
  expect(await account(t, 'refund-transit', m.merchantId)).toBe(0);
  // The payment that counts is the one that a later refund goes back to.
  const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [order.orderId]);
  await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: [voucher!.id], reason: '计划有变' } });
  await settle(t);
  expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded', 'succeeded']);
  expect(await account(t, 'provider', m.merchantId)).toBe(0);
  expect([order.paymentId, second].map((id) => refundsAtWechat(id).length)).toEqual([1, 1]);
});

test('F-34 the payment that counts may be the younger one: it is split, and given back after use', async () => {
  const first = await paidAtWechat();
  const second = `${first.paymentId}2`;
  await t.db.call('orders_open_payment', { orderId: first.orderId, paymentId: second, subMchid: m.subMchid });
  await wechatPay(t.app.config.wechat).prepareJsapi({
    paymentId: second, subMchid: m.subMchid, amountFen: first.payableFen, description: '双人餐', expiresAtMs: t.app.clock.nowMs() + 10 * MINUTE, notifyUrl: `${inbox.url}/payments`, openid: buyer.openid!,
  });
  await payAtCashier(t, second);
  expect(await deliver((await inbox.waitFor(2))[1]!)).toBe(204);
  expect(await deliver(first.notice)).toBe(204);
  await settle(t);
  expect(await t.db.query('SELECT payment_id, state FROM refund WHERE order_id = $1', [first.orderId])).toEqual([{ payment_id: first.paymentId, state: 'succeeded' }]);
  const unwanted = () => t.db.query('SELECT payment_id, unwanted FROM payment WHERE order_id = $1 ORDER BY created_at', [first.orderId]);
  expect(await unwanted()).toEqual([{ payment_id: first.paymentId, unwanted: true }, { payment_id: second, unwanted: false }]);
  await t.db.query('UPDATE payment SET prepay = prepay WHERE payment_id = $1', [second]); // whichever row the table gives first
  const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [first.orderId]);
  await redeem(t, m, voucher!.id);
  await t.moveTime(6 * MINUTE);
  await settle(t);
  expect(await stateOf(t, 'split', 'order_id', first.orderId)).toEqual(['succeeded']);
  const { refundId } = await t.ok('requestAfterSale', { as: buyer, params: { voucherId: voucher!.id }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  await settle(t);
  expect(await t.db.query('SELECT payment_id, state FROM refund WHERE refund_id = $1', [refundId])).toEqual([{ payment_id: second, state: 'succeeded' }]);
});

test('F-34 another way to pay is chosen after the first was paid: the payment is taken, no second one is opened', async () => {
  const order = await paidAtWechat();
  const refused = await t.refused('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'h5' } });
  expect(refused.code).toBe('ORDER_PAID');
  await expectPaidOnce(order.orderId, order.paymentId);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['succeeded']);
});

test('F-16 closed before WeChat knew of it, and prepared there meanwhile: it is closed there as well, nobody can pay it', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  const { closePayments } = await import('../../functions/orders');
  const gate = knife.holdAt(/payments_closed/);
  const closing = closePayments(t.app, order.orderId);
  await gate.reached;
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  gate.open();
  await closing;
  knife.clear();
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['closed']);
  await expect(payAtCashier(t, order.paymentId)).rejects.toThrow();
  expect((await wechatPay(t.app.config.wechat).findPayment(order.paymentId, m.subMchid))?.state).toBe('CLOSED');
});

test.each(['h5', 'jsapi'] as const)('F-05 paid at WeChat and no word of it yet: who pays again by %s is told that it is paid, not charged', async (again) => {
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  const order = await buy(t, m, buyer, { pay: false });
  const pay = (method: 'h5' | 'jsapi') => t.handle('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method } });
  expect((await pay('h5')).status).toBe(200);
  await payAtCashier(t, order.paymentId);
  const replies = await Promise.all([pay(again), pay(again)]);
  expect(replies.map(({ body }) => body.code)).toEqual(['ORDER_PAID', 'ORDER_PAID']);
  expect(replies[0]!.body.message).toMatch(/付好了，没有再扣款/);
  await expectPaidOnce(order.orderId, order.paymentId);
  expect((await pay(again)).body.code).toBe('ORDER_PAID');
});

test('F-16 F-34 cancelled and paid at the same moment while another way to pay is chosen: nobody is told that a cancelled order is paid', async () => {
  const order = await paidAtWechat();
  const gate = knife.holdAt(/payments_of\(guest_order/, 'after');
  const again = t.handle('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'h5' } });
  await gate.reached;
  await t.ok('cancelOrder', { as: buyer, params: { orderId: order.orderId } });
  expect(await deliver(order.notice)).toBe(204);
  gate.open();
  expect((await again).body.code).toBe('ORDER_NOT_PAYABLE');
  await settle(t);
  expect(refundsAtWechat(order.paymentId)).toHaveLength(1);
});

test('F-05 paid between two looks at an unpaid order: it is not unpaid with a voucher', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  let looks = 0;
  knife.use({ after: async (sql) => {
    if (!/FROM guest_order WHERE order_id = \$1 AND buyer_id/.test(sql) || (looks += 1) !== 2) return;
    await payAtCashier(t, order.paymentId);
    expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  } });
  const check = () => t.ok('checkPayment', { as: buyer, params: { orderId: order.orderId } });
  expect([await check(), looks]).toEqual([{ state: 'unpaid', voucherId: null }, 2]);
  expect(await check()).toEqual({ state: 'paid', voucherId: expect.stringMatching(/^vch_/) });
});
