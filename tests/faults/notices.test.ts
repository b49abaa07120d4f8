/** What WeChat tells us, too often, too early, too late, wrongly or not at all: F-01 … F-08, F-32, F-33. */
import { wechatFromCredentials } from '../../functions/kernel/config';
import { rejectedNotices, wechatPay } from '../../functions/payments';
import { reconcileBill } from '../../functions/settlement';
import { type TestPerson } from '../support/app';
import { count, newKnife, people, settle } from '../support/faults';
import { preparePaying, type Paying } from '../support/paying';
import { buy, DAY, later, MINUTE, payAtCashier, paymentOf, stateOf } from '../support/trade';

let { t, m, buyer, inbox } = {} as Paying;
const knife = newKnife();
const { deliver, paidAtWechat, orderState, expectPaidOnce, refundsAtWechat } = preparePaying(knife, (world) => void ({ t, m, buyer, inbox } = world));

const died = () => {
  throw new Error('the process died here');
};

test('F-01 I-04 I-13 the same success notice ten times at once: one transition, one journal, all answered', async () => {
  const order = await paidAtWechat(2);
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(order.notice)));
  expect(answers).toEqual(Array(10).fill(204));
  expect(await deliver(order.notice)).toBe(204);
  await expectPaidOnce(order.orderId, order.paymentId, 2);
  expect(await count(t, 'provider_notice WHERE subject = $1', [order.paymentId])).toBe(1);
});

test('F-01 ten copies over the wire while the worker and the guest ask too', async () => {
  await t.sandbox!.control('faults', { notices: { sendTo: '', hold: true, copies: 10 } });
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  const check = () => t.ok('checkPayment', { as: buyer, params: { orderId: order.orderId } });
  const [, ...seen] = await Promise.all([t.sandbox!.control('flush'), check(), check(), check()]);
  expect(t.sandbox!.sandbox.sandbox.notices.log().at(-1)!.status).toBe(Array(10).fill('204').join(','));
  for (const { state } of seen) expect(state).toBe('paid');
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-02 the notice comes before our answer to the prepay was saved: matched as usual', async () => {
  const order = await buy(t, m, buyer, { pay: false });
  const gate = knife.holdAt(/payments_prepared/);
  const preparing = t.handle('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await gate.reached;
  await payAtCashier(t, order.paymentId);
  expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  gate.open();
  expect((await preparing).status).toBe(200);
  await expectPaidOnce(order.orderId, order.paymentId);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['succeeded']);
});

test('F-04 a refund notice before the payment was processed: stored, waits behind it, ends refunded, one refund', async () => {
  const order = await paidAtWechat();
  await t.sandbox!.control('faults', { endpoints: [{ endpoint: 'query', fault: 'http500', times: 50 }] });
  await t.moveTime(15 * MINUTE);
  await t.drain();
  expect(await orderState(order.orderId)).toBe('expired');
  // The refund went out before the database lost its last moments; WeChat remembers it.
  const refundId = `rfd_${order.paymentId.slice(4)}`;
  const paid = [...t.sandbox!.sandbox.sandbox.world.tables.tx.values()].find((tx) => tx.outTradeNo === order.paymentId)!;
  await wechatPay(t.app.config.wechat).refund({
    refundId, transactionId: paid.transactionId!, subMchid: m.subMchid, amountFen: order.payableFen, totalFen: order.payableFen, reason: '未使用退款', notifyUrl: `${inbox.url}/refunds`,
  });
  const refundNotice = (await inbox.waitFor(2))[1]!;
  expect(await deliver(refundNotice, 'refunds')).toBe(204);
  expect(await deliver(refundNotice, 'refunds')).toBe(204);
  await t.drain();
  const [{ factId }] = (await t.db.query("SELECT f.fact_id AS \"factId\" FROM fact f JOIN provider_notice n ON n.notice_id = f.subject WHERE n.subject = $1 AND n.kind = 'refund'", [refundId])) as [{ factId: string }];
  expect(await t.db.query('SELECT state, attempts FROM fact WHERE fact_id = $1', [factId])).toEqual([{ state: 'due', attempts: 1 }]);
  await t.sandbox!.control('faults', { reset: true });
  await t.ok('checkPayment', { as: buyer, params: { orderId: order.orderId } });
  const { markPaid } = await import('../../functions/orders');
  expect(await markPaid(t.app, (await wechatPay(t.app.config.wechat).findPayment(order.paymentId, m.subMchid))! as never)).toBe('late');
  await settle(t);
  expect(await t.db.query('SELECT refund_id, state FROM refund WHERE order_id = $1', [order.orderId])).toEqual([{ refund_id: refundId, state: 'succeeded' }]);
  expect(await t.db.query('SELECT state FROM fact WHERE fact_id = $1', [factId])).toEqual([{ state: 'done' }]);
  expect(refundsAtWechat(order.paymentId)).toHaveLength(1);
});

test('F-05 no notice at all: paid by the first query, 30 s after placing', async () => {
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  await t.drain();
  expect(await orderState(order.orderId)).toBe('unpaid');
  await t.moveTime(30_000);
  await t.drain();
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-05 no notice, and WeChat cannot be asked until the order is over: the query at its expiry still finds it', async () => {
  await t.sandbox!.control('faults', { notices: { lose: -1 }, endpoints: [{ endpoint: 'query', fault: 'http500', times: 3 }] });
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  for (let tries = 0; tries < 3; tries += 1) {
    await t.moveTime(40_000);
    await t.drain();
    expect(await orderState(order.orderId)).toBe('unpaid');
  }
  await t.moveTime(15 * MINUTE);
  await t.drain();
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-05 neither notice nor query until the bill of T+1: the payment is found there and given back', async () => {
  await t.sandbox!.control('faults', { notices: { lose: -1 }, endpoints: [{ endpoint: 'query', fault: 'http500', times: 500 }] });
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  const { paidAtMs } = [...t.sandbox!.sandbox.sandbox.world.tables.tx.values()].find((tx) => tx.outTradeNo === order.paymentId)!;
  const day = new Date(paidAtMs! + 8 * 3_600_000).toISOString().slice(0, 10);
  await t.moveTime(15 * MINUTE);
  await t.drain();
  expect(await orderState(order.orderId)).toBe('expired');
  await t.moveTime(DAY);
  await t.sandbox!.control('faults', { reset: true });
  await reconcileBill(t.app, day);
  await settle(t);
  expect(await t.db.query('SELECT kind, state FROM refund WHERE order_id = $1', [order.orderId])).toEqual([{ kind: 'late_payment', state: 'succeeded' }]);
});

test('F-38 a payment of ours that the bill does not list is unexplained, and alarmed; nothing is posted for it (I-26)', async () => {
  const order = await buy(t, m, buyer);
  const [{ day }] = (await t.db.query("SELECT to_char((succeeded_at - interval '60 days') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day FROM payment WHERE payment_id = $1", [order.paymentId])) as [{ day: string }];
  const unexplained = async () => {
    await reconcileBill(t.app, day);
    return (await t.db.query('SELECT unexplained FROM bill_day WHERE bill_date = $1', [day]))[0]!.unexplained as number;
  };
  expect(await unexplained()).toBe(0);
  const journals = await count(t, 'journal');
  await t.db.query("UPDATE payment SET succeeded_at = succeeded_at - interval '60 days' WHERE payment_id = $1", [order.paymentId]);
  expect(await unexplained()).toBe(1);
  expect(await count(t, "alarm WHERE kind = 'bill.unexplained' AND subject = $1", [day])).toBe(1);
  expect(await count(t, 'journal')).toBe(journals);
  await t.db.query("UPDATE payment SET succeeded_at = succeeded_at + interval '60 days' WHERE payment_id = $1", [order.paymentId]);
  expect(await unexplained()).toBe(0);
});

test.each(['after', 'before'] as const)('F-06 F-07 died %s the commit, before the answer: the repeat is answered and changes nothing more', async (when) => {
  const order = await paidAtWechat();
  knife.use({ [when]: (sql: string) => (/orders_mark_paid/.test(sql) ? died() : undefined) });
  expect(await deliver(order.notice)).toBe(500);
  knife.clear();
  expect(await orderState(order.orderId)).toBe(when === 'after' ? 'paid' : 'unpaid');
  const facts = await count(t, 'fact');
  expect(await deliver(order.notice)).toBe(204);
  expect(await count(t, 'fact') - facts > 0).toBe(when === 'before');
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-06 a refund notice that was stored before we died is worked on without its repeat', async () => {
  await t.sandbox!.control('settings', { refundDelayMs: 60_000 });
  const order = await paidAtWechat();
  await deliver(order.notice);
  const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [order.orderId]);
  const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: [voucher!.id], reason: '计划有变' } });
  await t.drain();
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['sent']);
  await t.sandbox!.control(`refunds/${refundId}/success`);
  const notice = (await inbox.waitFor(2))[1]!;
  knife.use({ after: (sql) => (/payments_store_notice/.test(sql) ? died() : undefined) });
  expect(await deliver(notice, 'refunds')).toBe(500);
  knife.clear();
  await t.drain();
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await deliver(notice, 'refunds')).toBe(204);
  await t.drain();
  expect(await count(t, "journal WHERE kind = 'refund.arrived' AND subject = $1", [refundId])).toBe(1);
});

test('F-08 died after WeChat accepted the refund, before we recorded it: the same number again, one refund', async () => {
  const order = await paidAtWechat();
  await deliver(order.notice);
  const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [order.orderId]);
  const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: [voucher!.id], reason: '计划有变' } });
  knife.use({ before: (sql) => (/refunds_(sent|succeed)|kernel_fail_fact/.test(sql) ? died() : undefined) });
  await t.drain();
  knife.clear();
  expect(refundsAtWechat(order.paymentId)).toHaveLength(1);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['accepted']);
  await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(refundsAtWechat(order.paymentId).map((r) => r.outRefundNo)).toEqual([refundId]);
});

test('F-32 a probe with a bad signature: 401 and no row but a counter; the genuine one beside it is taken', async () => {
  await t.sandbox!.control('faults', { notices: { sendTo: '', hold: true, badSignatureProbe: true } });
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  const [rows, before] = [await count(t, 'provider_notice'), rejectedNotices.count];
  await t.sandbox!.control('flush');
  expect(t.sandbox!.sandbox.sandbox.notices.log().slice(-2).map((l) => l.status)).toEqual(['probe 401', '204']);
  expect([await count(t, 'provider_notice') - rows, rejectedNotices.count - before]).toEqual([1, 1]);
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('A-26 A-27 one changed byte, a foreign time, a replay a day later: refused or without effect', async () => {
  const order = await paidAtWechat();
  const { headers, body } = order.notice;
  const changed = Buffer.from(body.toString().replace('"summary":"支付成功"', '"summary":"支付失败"'));
  expect(changed.equals(body)).toBe(false);
  expect(await deliver({ headers, body: changed })).toBe(401);
  expect(await deliver({ headers: { ...headers, 'wechatpay-timestamp': String(Number(headers['wechatpay-timestamp']) + 1) }, body })).toBe(401);
  expect(await deliver({ headers: { ...headers, 'wechatpay-serial': 'FFFF' }, body })).toBe(401);
  expect(await orderState(order.orderId)).toBe('unpaid');
  expect(await deliver(order.notice)).toBe(204);
  await t.moveTime(DAY);
  expect(await deliver(order.notice)).toBe(401);
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('F-32 key rotation: a new key is refused until it is configured, then old and new are both valid', async () => {
  const own = t.app.config.wechat;
  const oldSerial = Object.keys(own.platformKeys)[0]!;
  try {
    const first = await paidAtWechat();
    const { credentials } = await t.sandbox!.control<{ credentials: Record<string, unknown> }>('rotate-keys');
    await inbox.clear(t.sandbox!);
    [buyer] = (await people(t, 1)) as [TestPerson];
    const second = await paidAtWechat(1, buyer).catch(async () => {
      // Our own calls cannot trust the new signature either: nothing is decided on it.
      const [orderId] = await t.db.query<{ id: string }>('SELECT order_id AS id FROM guest_order WHERE buyer_id = $1', [buyer.personId]);
      return { orderId: orderId!.id, paymentId: await paymentOf(t, orderId!.id), payableFen: m.deal.priceFen, voucherIds: [], notice: null };
    });
    t.app.config.wechat = wechatFromCredentials(t.sandbox!.url, credentials);
    if (!second.notice) {
      await t.ok('payOrder', { as: buyer, params: { orderId: second.orderId }, body: { method: 'jsapi' } });
      await payAtCashier(t, second.paymentId);
    }
    const notice = (await inbox.waitFor(1))[0]!;
    expect(notice.headers['wechatpay-serial']).not.toBe(oldSerial);
    t.app.config.wechat = own;
    expect(await deliver(notice)).toBe(401);
    expect(await orderState(second.orderId)).toBe('unpaid');
    t.app.config.wechat = wechatFromCredentials(t.sandbox!.url, credentials);
    expect(await deliver(notice)).toBe(204);
    expect(await deliver(first.notice)).toBe(204);
    await expectPaidOnce(first.orderId, first.paymentId);
    await expectPaidOnce(second.orderId, second.paymentId);
  } finally {
    t.app.config.wechat = own;
    await t.sandbox!.control('rotate-keys', { activate: oldSerial });
  }
});

test.each([
  ['A-28 1 fen', { 'amount.total': 1 }, 'amount'], ['another currency', { 'amount.currency': 'USD' }, 'currency'], ['another merchant', { sub_mchid: '1999999999' }, 'another merchant'],
  ['another platform', { sp_mchid: '1999999998' }, 'another platform'], ['another app', { sp_appid: 'wx9999999999999999' }, 'another app'], ['an intent that is not ours', { out_trade_no: 'pay_notours' }, 'no such intent'],
])('F-33 I-09 genuinely signed, but %s: quarantined with an alarm, answered once stored, the order as it was', async (_name, override, reason) => {
  await t.sandbox!.control('faults', { notices: { override } });
  const order = await paidAtWechat();
  const [{ transactionId }] = [...t.sandbox!.sandbox.sandbox.world.tables.tx.values()].filter((tx) => tx.outTradeNo === order.paymentId) as unknown as [{ transactionId: string }];
  for (let again = 0; again < 3; again += 1) expect(await deliver(order.notice)).toBe(204);
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [transactionId])).toEqual([{ reason: expect.stringContaining(reason) }]);
  expect(await count(t, "alarm WHERE kind = 'payment.quarantined' AND subject = $1", [transactionId])).toBe(1);
  expect([await orderState(order.orderId), await stateOf(t, 'payment', 'order_id', order.orderId)]).toEqual(['unpaid', ['prepared']]);
  expect(await count(t, 'journal WHERE subject = $1', [order.paymentId])).toBe(0);
  // What WeChat says when it is asked is what counts.
  await t.moveTime(30_000);
  await t.drain();
  await expectPaidOnce(order.orderId, order.paymentId);
});

test('I-21 a paid order whose reactions were lost with the process is finished by the next one', async () => {
  const order = await paidAtWechat();
  await deliver(order.notice);
  knife.use({ before: (sql) => (/kernel_finish_fact|kernel_fail_fact/.test(sql) ? died() : undefined) });
  await t.drain();
  knife.clear();
  expect(await count(t, "fact WHERE subject = $1 AND state = 'running'", [order.orderId])).toBeGreaterThan(0);
  await later(t, 31_000);
  expect(await count(t, "fact WHERE subject = $1 AND kind = 'order.paid' AND state = 'done'", [order.orderId])).toBe(1);
});
