/** What WeChat tells us of combined payments, too often, too late, wrongly or not at all: F-01, F-03, F-05, F-16, F-27, F-33, F-34. */
import { Client } from 'pg';
import { reconcileBill } from '../../functions/settlement';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newKnife, people, settle } from '../support/faults';
import { eventOf } from '../support/http';
import { combineOf, makeStreet, placeTogether, purchaseState } from '../support/purchase';
import { DAY, later, MINUTE } from '../support/trade';
import { startInbox, type RawNotice } from '../support/wechat';

let t: TestApp;
let street: Market[];
let buyer: TestPerson;
let inbox: Awaited<ReturnType<typeof startInbox>>;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions, config: { poolSize: 20 } });
  inbox = await startInbox();
  street = await makeStreet(t, ['火锅店', '面包店', '花店'], { stock: 500, perPersonLimit: 50 });
});
beforeEach(async () => {
  [buyer] = (await people(t, 1)) as [TestPerson];
  await inbox.clear(t.sandbox!);
  await t.sandbox!.control('faults', { reset: true, notices: { sendTo: inbox.url } });
});
afterEach(async () => {
  knife.clear();
  await t.sandbox!.control('faults', { reset: true });
  await checkGreen(t);
});
afterAll(async () => {
  await inbox.close();
  await t.stop();
});

const wishes = () => street.map(({ dealId }) => ({ dealId }));
const params = (purchaseId: string) => ({ as: buyer, params: { purchaseId } });
const prepare = (purchaseId: string, method: 'jsapi' | 'h5' = 'jsapi') => t.handle('payPurchase', { ...params(purchaseId), body: { method } });
async function prepared() {
  const { purchaseId } = await placeTogether(t, buyer, wishes());
  expect((await prepare(purchaseId)).status).toBe(200);
  return { purchaseId, combineNo: await combineOf(t, purchaseId) };
}
const payAt = (combineNo: string) => t.sandbox!.control('pay', { out_trade_no: combineNo });
async function paidAtWechat() {
  const made = await prepared();
  await payAt(made.combineNo);
  return { ...made, notice: (await inbox.waitFor(1))[0]! };
}
const deliver = async (notice: RawNotice): Promise<number> =>
  (await t.handler(eventOf({ method: 'POST', path: '/api/provider/wechat-pay/payments', rawBody: notice.body.toString(), headers: notice.headers }))).statusCode!;
const PAID = { orders: ['paid'], payments: ['succeeded', 'succeeded', 'succeeded'], vouchers: 3, journals: 3 };
const steps = (purchaseId: string) => count(t, "state_change JOIN guest_order ON order_id = subject_id WHERE subject_kind = 'order' AND purchase_id = $1", [purchaseId]);
const refundsOf = (purchaseId: string) => t.db.query('SELECT r.kind, r.state, r.amount_fen AS fen FROM refund r JOIN guest_order o USING (order_id) WHERE o.purchase_id = $1', [purchaseId]);

test('F-01 the same combined notice ten times at once: every order paid once, all answered', async () => {
  const { purchaseId, notice } = await paidAtWechat();
  expect(await Promise.all(Array.from({ length: 10 }, () => deliver(notice)))).toEqual(Array(10).fill(204));
  expect(await purchaseState(t, purchaseId)).toEqual(PAID);
  expect(await steps(purchaseId)).toBe(3);
  expect(await count(t, 'provider_notice WHERE subject = $1', [(await combineOf(t, purchaseId))])).toBe(1);
});

test('F-01 a notice and three who ask, at once: once', async () => {
  const { purchaseId, notice } = await paidAtWechat();
  await Promise.all([deliver(notice), ...Array.from({ length: 3 }, () => t.ok('checkPurchase', params(purchaseId))), t.drain()]);
  expect(await purchaseState(t, purchaseId)).toEqual(PAID);
  expect(await steps(purchaseId)).toBe(3);
});

test('F-03 paid, and the word comes after all of it expired: each order goes back whole', async () => {
  const { purchaseId, notice } = await paidAtWechat();
  await t.db.call('orders_end_purchase', { purchaseId, to: 'cancelled' });
  expect(await deliver(notice)).toBe(204);
  await settle(t);
  expect((await purchaseState(t, purchaseId))).toMatchObject({ orders: ['cancelled'], vouchers: 0, journals: 0 });
  expect(await refundsOf(purchaseId)).toEqual(Array(3).fill({ kind: 'late_payment', state: 'succeeded', fen: 12_800 }));
});

test('F-05 no notice at all: the watch asks, and all are paid', async () => {
  const { purchaseId, combineNo } = await prepared();
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  await payAt(combineNo);
  await later(t, 31_000);
  expect(await purchaseState(t, purchaseId)).toEqual(PAID);
});

test.each(['h5', 'jsapi'] as const)('F-05 no notice yet, and paid again by %s: all of it is paid already, which is said', async (again) => {
  const { purchaseId } = await placeTogether(t, buyer, wishes());
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  expect((await prepare(purchaseId, 'h5')).status).toBe(200);
  await payAt(await combineOf(t, purchaseId));
  expect((await Promise.all([prepare(purchaseId, again), prepare(purchaseId, again)])).map(({ body }) => body.code)).toEqual(['ORDER_PAID', 'ORDER_PAID']);
  expect(await purchaseState(t, purchaseId)).toEqual(PAID);
});

test('F-05 nobody asked and nothing came: the bill of the day brings all of it (I-26)', async () => {
  const { purchaseId, combineNo } = await prepared();
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  await payAt(combineNo);
  const [row] = await t.db.query<{ day: string }>("SELECT (juke_now() AT TIME ZONE 'Asia/Shanghai')::date::text AS day");
  await t.db.query("UPDATE fact SET state = 'done' WHERE subject = $1", [purchaseId]);
  await t.moveTime(DAY);
  await reconcileBill(t.app, row!.day);
  expect((await purchaseState(t, purchaseId)).payments).toEqual(['succeeded', 'succeeded', 'succeeded']);
  await settle(t);
});

test('F-16 expiry and success at the same moment: one outcome for all of it', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { purchaseId, combineNo } = await prepared();
    await payAt(combineNo);
    await t.moveTime(15 * MINUTE);
    await Promise.all([t.drain(), t.ok('checkPurchase', params(purchaseId)), t.db.call('orders_end_purchase', { purchaseId, to: 'expired' })]);
    // What had ended is closed at WeChat; there it turns out that it was paid.
    await settle(t);
    const state = await purchaseState(t, purchaseId);
    expect(state.orders).toHaveLength(1);
    expect(state.vouchers).toBe(state.orders[0] === 'paid' ? 3 : 0);
    if (state.orders[0] !== 'paid') expect(await refundsOf(purchaseId)).toHaveLength(3);
  }
});

test('F-16 whoever pays, ends, prepares or closes a purchase waits for its row', async () => {
  const { purchaseId, combineNo, notice } = await paidAtWechat();
  const client = new Client({ connectionString: t.url });
  await client.connect();
  const steps: [string, () => Promise<unknown>][] = [
    ['orders_prepared_combined', () => t.db.call('orders_prepared_combined', { purchaseId, combineNo, method: 'jsapi', prepay: 'wx0', answer: {} })],
    ['orders_pay_purchase', () => deliver(notice)],
    ['orders_end_purchase', () => t.db.call('orders_end_purchase', { purchaseId, to: 'expired' }).catch(() => null)],
    ['orders_closed_combined', () => t.db.call('orders_closed_combined', { combineNo, purchaseId, from: 'prepared' }).catch(() => null)],
  ];
  for (const [name, step] of steps) {
    await client.query('BEGIN');
    await client.query('SELECT FROM purchase WHERE purchase_id = $1 FOR UPDATE', [purchaseId]);
    let isDone = false;
    const asked = step().finally(() => (isDone = true));
    while (!isDone && !(await count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1", [`%${name}(%`]))) await new Promise((done) => setTimeout(done, 5));
    expect([name, isDone]).toEqual([name, false]);
    await client.query('COMMIT');
    await asked;
  }
  await client.end();
  expect(await purchaseState(t, purchaseId)).toEqual(PAID);
});

test.each(['http500', 'http500AfterAccept', 'timeoutAfterAccept'])('F-27 preparing: %s. The same number again, one combined order at WeChat', async (kind) => {
  const { purchaseId } = await placeTogether(t, buyer, wishes());
  const combineNo = await combineOf(t, purchaseId);
  await t.sandbox!.control('faults', { endpoint: 'prepay', fault: kind, times: 1 });
  expect((await prepare(purchaseId)).body).toMatchObject({ code: 'PROVIDER_DOWN', retry: 'later' });
  expect((await prepare(purchaseId)).status).toBe(200);
  expect(await combineOf(t, purchaseId)).toBe(combineNo);
  expect(await count(t, 'payment WHERE combine_no = $1', [combineNo])).toBe(3);
  expect(t.sandbox!.sandbox.sandbox.world.get('combine', `${t.app.config.wechat.spMchid}|${combineNo}`)?.txKeys).toHaveLength(3);
  await t.ok('cancelPurchase', params(purchaseId));
});

test('F-33 a sub-order of another amount: all of it is kept aside, nothing is paid', async () => {
  const { purchaseId, combineNo } = await prepared();
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url, override: { 'sub_orders.1.amount.total_amount': 1 } } });
  await payAt(combineNo);
  expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  expect(await purchaseState(t, purchaseId)).toMatchObject({ orders: ['unpaid'], vouchers: 0, journals: 0 });
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [combineNo])).toEqual([{ reason: expect.stringMatching(/: amount 1 instead of 12800/) }]);
  await t.ok('cancelPurchase', params(purchaseId));
});

test.each([
  ['beside one that is not paid', { 'sub_orders.1.trade_state': 'NOTPAY' }, /NOTPAY beside orders that are paid/],
  ['of an order that is not ours', { 'sub_orders.2.out_trade_no': 'pay_00000000000000000000' }, /^other orders than we asked for$/],
])('F-33 I-09 sub-orders that are paid %s: all of it is kept aside, nothing is paid', async (_, override, reason) => {
  const { purchaseId, combineNo } = await prepared();
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url, override } });
  await payAt(combineNo);
  expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  expect(await purchaseState(t, purchaseId)).toMatchObject({ orders: ['unpaid'], vouchers: 0, journals: 0 });
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [combineNo])).toEqual([{ reason: expect.stringMatching(reason) }]);
  await t.ok('cancelPurchase', params(purchaseId));
});

test('F-33 I-09 a transaction counts once: another one for what is paid, and one of another purchase, are kept aside', async () => {
  const first = await paidAtWechat();
  expect(await deliver(first.notice)).toBe(204);
  const [mine] = await t.db.query<{ id: string; payment: string }>('SELECT transaction_id AS id, payment_id AS payment FROM payment WHERE combine_no = $1 ORDER BY payment_id', [first.combineNo]);
  const second = await prepared();
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url, override: { 'sub_orders.0.transaction_id': mine!.id } } });
  await inbox.clear(t.sandbox!);
  await payAt(second.combineNo);
  expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  expect(await purchaseState(t, second.purchaseId)).toMatchObject({ orders: ['unpaid'], vouchers: 0, journals: 0 });
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [second.combineNo])).toEqual([{ reason: 'transaction of another intent' }]);
  // What we have recorded is another transaction than the one that WeChat tells of.
  await t.db.query("UPDATE payment SET transaction_id = '4200000000888888888888888888' WHERE payment_id = $1", [mine!.payment]);
  expect(await deliver(first.notice)).toBe(204);
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [first.combineNo])).toEqual([{ reason: expect.stringMatching(/: another transaction$/) }]);
  await t.db.query('UPDATE payment SET transaction_id = $2 WHERE payment_id = $1', [mine!.payment, mine!.id]);
  expect(await purchaseState(t, first.purchaseId)).toEqual(PAID);
});

test('F-34 paid twice by two combined payments: the first counts, every order of the second goes back', async () => {
  const { purchaseId, combineNo: first } = await prepared();
  // The first is not closed at WeChat, as when our call to close it never arrived; both can be paid.
  const second = `cmb_${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
  await t.db.call('orders_open_combined', {
    purchaseId, combineNo: second,
    payments: (await t.db.query('SELECT order_id AS "orderId", sub_mchid AS "subMchid" FROM payment WHERE combine_no = $1', [first])).map((row, i) => ({ ...row, paymentId: `pay_${second.slice(4)}${i}` })),
  });
  await t.db.query("UPDATE payment SET method = 'jsapi' WHERE combine_no = $1", [first]);
  expect((await prepare(purchaseId, 'h5')).status).toBe(200);
  await payAt(first);
  await payAt(second);
  const notices = await inbox.waitFor(2);
  for (const notice of notices) expect(await deliver(notice)).toBe(204);
  await settle(t);
  expect(await purchaseState(t, purchaseId)).toMatchObject({ orders: ['paid'], payments: Array(6).fill('succeeded'), vouchers: 3, journals: 3 });
  expect(await refundsOf(purchaseId)).toEqual(Array(3).fill({ kind: 'double_payment', state: 'succeeded', fen: 12_800 }));
});

test('F-16 F-34 cancelled and paid at the same moment while another way to pay is chosen: nobody is told that a cancelled purchase is paid', async () => {
  const { purchaseId, notice } = await paidAtWechat();
  const gate = knife.holdAt(/FROM purchase u WHERE purchase_id/, 'after');
  const again = prepare(purchaseId, 'h5');
  await gate.reached;
  await t.ok('cancelPurchase', params(purchaseId));
  expect(await deliver(notice)).toBe(204);
  gate.open();
  expect((await again).body.code).toBe('ORDER_NOT_PAYABLE');
  await settle(t);
  expect((await refundsOf(purchaseId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('F-05 paid between two looks at an unpaid purchase: it is not unpaid with a voucher', async () => {
  const { purchaseId, combineNo } = await prepared();
  let looks = 0;
  knife.use({ after: async (sql) => {
    if (!/FROM purchase u WHERE purchase_id/.test(sql) || (looks += 1) !== 2) return;
    await payAt(combineNo);
    expect(await deliver((await inbox.waitFor(1))[0]!)).toBe(204);
  } });
  const check = () => t.ok('checkPurchase', params(purchaseId));
  expect([await check(), looks >= 2]).toEqual([{ state: 'unpaid', voucherId: null }, true]);
  expect(await check()).toEqual({ state: 'paid', voucherId: expect.stringMatching(/^vch_/) });
});
