/** Payment notices that are not WeChat's, not new, not fresh or not what we asked for, against the real route., F-33. */
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { NOTICE_FRESH_MS } from '../../functions/contract/limits';
import { rejectedNotices } from '../../functions/payments';
import { seal, signedHeaders } from '../../functions/sandbox/wire';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { eventOf } from '../support/http';
import { changedTables, fingerprint } from '../support/every-route';
import { account, buy, payAtCashier, stateOf, vouchersOf } from '../support/trade';
import { startInbox, type RawNotice } from '../support/wechat';

let t: TestApp;
let m: Market;
let buyer: TestPerson;
let inbox: Awaited<ReturnType<typeof startInbox>>;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { perPersonLimit: 99, stock: 1_000 } });
  buyer = await t.person('周屿');
  await t.drain();
  inbox = await startInbox();
  // Genuine notices are caught here and delivered by hand.
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url } });
});
afterAll(async () => {
  await inbox.close();
  await t.stop();
});

const PATH = '/api/provider/wechat-pay/payments';
const deliver = async (headers: Record<string, string>, body: Buffer | string, path = PATH) =>
  t.handler(eventOf({ method: 'POST', path, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), rawBody: body.toString() }));

/** An order that waits for its payment, and the genuine notice of that payment, not delivered yet. */
async function paidButNotTold(): Promise<{ orderId: string; paymentId: string; notice: RawNotice; payableFen: number }> {
  const buyerOf = await t.person(`买家${randomBytes(4).toString('hex')}`);
  const order = await buy(t, m, buyerOf, { pay: false });
  await t.ok('payOrder', { as: buyerOf, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  const before = inbox.seen.length;
  await payAtCashier(t, order.paymentId);
  const notice = (await inbox.waitFor(before + 1)).at(-1)!;
  return { orderId: order.orderId, paymentId: order.paymentId, notice, payableFen: order.payableFen };
}
const stateOfOrder = async (orderId: string) => (await stateOf(t, 'guest_order', 'order_id', orderId))[0];
async function isRejected(status: number, attempt: () => ReturnType<typeof deliver>): Promise<void> {
  const before = await fingerprint(t);
  const { statusCode, body } = await attempt();
  expect({ statusCode, changed: changedTables(before, await fingerprint(t)) }).toEqual({ statusCode: status, changed: [] });
  expect(body).not.toMatch(/stack|at \w+ \(/);
}

/** What only WeChat can make: signed with its key, sealed with ours. */
function signed(content: object, { eventType = 'TRANSACTION.SUCCESS', originalType = 'transaction', id = randomBytes(16).toString('hex'), atMs = t.app.clock.nowMs() } = {}) {
  const { keys } = t.sandbox!.sandbox;
  const body = JSON.stringify({
    id, create_time: new Date(atMs).toISOString(), resource_type: 'encrypt-resource', event_type: eventType, summary: '支付成功',
    resource: { original_type: originalType, ...seal(keys.apiV3Key, JSON.stringify(content), originalType) },
  });
  return { headers: signedHeaders(keys.platform(keys.active())!, body, atMs), body };
}
const contentOf = (paymentId: string, totalFen: number, more: object = {}) => {
  const { spMchid, spAppid } = t.app.config.wechat;
  return {
    out_trade_no: paymentId, transaction_id: `42000${Math.floor(Math.random() * 1e15)}`, trade_state: 'SUCCESS', sp_mchid: spMchid, sp_appid: spAppid, sub_mchid: m.subMchid,
    amount: { total: totalFen, currency: 'CNY', payer_total: totalFen }, payer: { sp_openid: buyer.openid }, success_time: new Date(t.app.clock.nowMs()).toISOString(), ...more,
  };
};

test('the genuine notice of this test is taken: what is refused below is refused for a reason', async () => {
  const { orderId, notice } = await paidButNotTold();
  expect(await stateOfOrder(orderId)).toBe('unpaid');
  expect((await deliver(notice.headers, notice.body)).statusCode).toBe(204);
  expect(await stateOfOrder(orderId)).toBe('paid');
});

test('A-26 any change to body or headers is refused, counted, and leaves nothing', async () => {
  const { orderId, notice } = await paidButNotTold();
  const rejected = rejectedNotices.count;
  const names = ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-serial', 'wechatpay-signature'];
  const flip = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
  const before = await fingerprint(t);
  let tries = 0;
  await fc.assert(fc.asyncProperty(fc.oneof(
    fc.record({ kind: fc.constant('body' as const), at: fc.nat(notice.body.length - 1) }),
    fc.record({ kind: fc.constantFrom(...names), at: fc.nat(8) }),
    fc.record({ kind: fc.constantFrom(...names.map((name) => `no ${name}`), 'cut', 'empty', 'two', 'probe'), at: fc.constant(0) }),
  ), async ({ kind, at }) => {
    tries += 1;
    const headers = { ...notice.headers };
    let body = notice.body.toString();
    if (kind === 'body') body = flip(body, at);
    else if (kind === 'cut') body = body.slice(0, -1);
    else if (kind === 'empty') body = '';
    else if (kind === 'two') body = body + body;
    else if (kind === 'probe') headers['wechatpay-signature'] = `WECHATPAY/SIGNTEST/${headers['wechatpay-signature']!.slice(19)}`;
    else if (kind.startsWith('no ')) delete headers[kind.slice(3)];
    else headers[kind] = flip(headers[kind]!, at);
    const answer = await deliver(headers, body);
    expect([kind, answer.statusCode]).toEqual([kind, 401]);
  }), { numRuns: 150 });
  expect(changedTables(before, await fingerprint(t))).toEqual([]);
  expect(rejectedNotices.count - rejected).toBe(tries);
  expect(await stateOfOrder(orderId)).toBe('unpaid');
  expect((await deliver(notice.headers, notice.body)).statusCode).toBe(204);
});

test('A-26 garbage in any header or body is a 401, never a bug', async () => {
  const { notice } = await paidButNotTold();
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String(), fc.constantFrom('', '0', '-1', '9'.repeat(40), 'null', '[]', '{"resource":{}}', '\u0000', 'é'.repeat(300)));
  const before = await fingerprint(t);
  await fc.assert(fc.asyncProperty(text, text, text, text, text, async (timestamp, nonce, serial, signature, body) => {
    const answer = await deliver({ 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-serial': serial, 'wechatpay-signature': signature }, body);
    expect(answer.statusCode).toBe(401);
    // A known serial, so that the signature itself is looked at.
    expect((await deliver({ ...notice.headers, 'wechatpay-signature': signature }, body)).statusCode).toBe(401);
  }), { numRuns: 150 });
  expect(changedTables(before, await fingerprint(t))).toEqual([]);
});

test('A-26 a notice signed by somebody else\'s key of the same serial, or sealed with another key, is refused', async () => {
  const { paymentId, payableFen, orderId } = await paidButNotTold();
  const { keys } = t.sandbox!.sandbox;
  const wrongSeal = signed(contentOf(paymentId, payableFen));
  const reopened = JSON.parse(wrongSeal.body);
  reopened.resource = { original_type: 'transaction', ...seal(randomBytes(32), JSON.stringify(contentOf(paymentId, payableFen)), 'transaction') };
  const body = JSON.stringify(reopened);
  await isRejected(401, () => deliver(signedHeaders(keys.platform(keys.active())!, body, t.app.clock.nowMs()), body));
  await isRejected(401, () => deliver({ ...wrongSeal.headers, 'Wechatpay-Serial': 'PUB_KEY_ID_0000000000' }, wrongSeal.body));
  expect(await stateOfOrder(orderId)).toBe('unpaid');
});

test('A-27 a genuine notice once more, ten times at once and under another id, changes nothing', async () => {
  const { orderId, paymentId, notice, payableFen } = await paidButNotTold();
  expect((await deliver(notice.headers, notice.body)).statusCode).toBe(204);
  const vouchers = await vouchersOf(t, orderId);
  await isRejected(204, () => deliver(notice.headers, notice.body));
  const again = await Promise.all(Array.from({ length: 10 }, () => deliver(notice.headers, notice.body)));
  expect(again.map((answer) => answer.statusCode)).toEqual(Array(10).fill(204));
  const [row] = await t.db.query<{ transaction: string }>('SELECT transaction_id AS transaction FROM payment WHERE payment_id = $1', [paymentId]);
  const anew = signed(contentOf(paymentId, payableFen, { transaction_id: row!.transaction }));
  expect((await deliver(anew.headers, anew.body)).statusCode).toBe(204);
  // The same word for another order: the transaction belongs to its own.
  const other = await paidButNotTold();
  const stolen = signed(contentOf(other.paymentId, other.payableFen, { transaction_id: row!.transaction }));
  expect((await deliver(stolen.headers, stolen.body)).statusCode).not.toBe(500);
  expect(await stateOfOrder(other.orderId)).toBe('unpaid');
  expect(await vouchersOf(t, orderId)).toEqual(vouchers);
  expect((await t.db.query("SELECT FROM journal WHERE kind = 'payment' AND subject = $1", [paymentId])).length).toBe(1);
});

test('A-27 a stale notice is refused on both sides of the window, by the database clock', async () => {
  const { orderId, paymentId, payableFen } = await paidButNotTold();
  for (const shift of [-NOTICE_FRESH_MS - 2_000, NOTICE_FRESH_MS + 2_000]) {
    const stale = signed(contentOf(paymentId, payableFen), { atMs: t.app.clock.nowMs() + shift });
    await isRejected(401, () => deliver(stale.headers, stale.body));
  }
  expect(await stateOfOrder(orderId)).toBe('unpaid');
  const late = signed(contentOf(paymentId, payableFen), { atMs: t.app.clock.nowMs() - NOTICE_FRESH_MS + 5_000 });
  expect((await deliver(late.headers, late.body)).statusCode).toBe(204);
  expect(await stateOfOrder(orderId)).toBe('paid');
});

test.each([
  ['1 fen for an order of 128 yuan', { amount: { total: 1, currency: 'CNY' } }],
  ['one fen too much', { amount: { total: 12_801, currency: 'CNY' } }],
  ['another currency', { amount: { total: 12_800, currency: 'USD' } }],
  ['another merchant', { sub_mchid: '1999999999' }],
  ['another platform', { sp_mchid: '1999999999' }],
  ['another app', { sp_appid: 'wx9999999999999999' }],
  ['no time of success', { success_time: undefined }],
  ['an intent that we do not know', { out_trade_no: 'pay_000000000000000000000000' }],
])('A-28 F-33 %s: quarantined with an alarm, the order unchanged, answered once stored', async (_, more) => {
  const { orderId, paymentId, payableFen } = await paidButNotTold();
  expect(payableFen).toBe(12_800);
  const [booked, alarms] = [await account(t, 'merchant-frozen', m.merchantId), (await t.db.query("SELECT FROM alarm WHERE kind = 'payment.quarantined'")).length];
  const content = contentOf(paymentId, payableFen, more);
  const forged = signed(content);
  expect((await deliver(forged.headers, forged.body)).statusCode).toBe(204);
  expect(await stateOfOrder(orderId)).toBe('unpaid');
  expect(await vouchersOf(t, orderId)).toEqual([]);
  expect(await account(t, 'merchant-frozen', m.merchantId)).toBe(booked);
  expect((await t.db.query('SELECT FROM quarantine WHERE subject = $1', [content.transaction_id])).length).toBe(1);
  expect((await t.db.query("SELECT FROM alarm WHERE kind = 'payment.quarantined'")).length).toBe(alarms + 1);
});

test.each([
  ['nothing', {}], ['no amount', { out_trade_no: 'pay_0', trade_state: 'SUCCESS', sp_mchid: '1', sub_mchid: '2' }], ['half a fen', { out_trade_no: 'pay_0', amount: { total: 0.5 } }],
  ['an amount as text', { out_trade_no: 'pay_0', amount: { total: '100' } }], ['a list', { out_trade_no: ['pay_0'] }], ['an unknown state', { out_trade_no: 'pay_0', trade_state: 'MAYBE' }],
])('A-28 signed but unreadable (%s): kept, never guessed, no bug', async (_, content) => {
  for (const eventType of ['TRANSACTION.SUCCESS', 'REFUND.SUCCESS', 'MCHTRANSFER.BILL.FINISHED', 'SOMETHING.NEW']) {
    const id = randomBytes(16).toString('hex');
    const notice = signed(content, { eventType, id });
    expect([eventType, (await deliver(notice.headers, notice.body)).statusCode]).toEqual([eventType, 204]);
    expect((await t.db.query('SELECT FROM provider_notice WHERE notice_id = $1', [id])).length).toBe(1);
  }
});
