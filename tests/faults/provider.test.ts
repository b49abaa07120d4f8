/** WeChat answers nothing, nonsense or no: F-08, F-27, F-35. The same number again, the question first, never a second movement. */
import { wechatPay } from '../../functions/payments';
import { settleTransfer } from '../../functions/settlement';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newKey, newKnife, newMarket, people, settle } from '../support/faults';
import { account, buy, DAY, later, MINUTE, payAtCashier, redeem, share, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
let friend: TestPerson;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
});
beforeEach(async () => {
  m = await newMarket(t, { deal: { rebateCapFen: 10_000 } });
  [sharer, friend] = (await people(t, 2)) as [TestPerson, TestPerson];
});
afterEach(async () => {
  knife.clear();
  await t.sandbox!.control('settings', { refundDelayMs: 0, splitDelayMs: 0 });
  await t.sandbox!.control('faults', { reset: true });
  await checkGreen(t);
});
afterAll(() => t.stop());

const tables = () => t.sandbox!.sandbox.sandbox.world.tables;
const fault = (endpoint: string, kind: string, times = 1) => t.sandbox!.control('faults', { endpoint, fault: kind, times });
const atWechat = (table: 'tx' | 'refund' | 'split' | 'splitReturn' | 'transfer', has: string) => [...(tables()[table] as Map<string, object>).values()].filter((row) => JSON.stringify(row).includes(has));
const brought = async (quantity = 1) => buy(t, m, friend, { quantity, shareToken: await share(t, m, sharer) });
const UNKNOWN = ['http500', 'http500AfterAccept'] as const;

test.each([...UNKNOWN, 'http429', 'timeoutAfterAccept'])('F-27 prepay: %s. The person hears that WeChat is away, tries again, and one order of one number is paid', async (kind) => {
  const order = await buy(t, m, friend, { pay: false });
  await fault('prepay', kind);
  const key = newKey();
  const pay = () => t.handle('payOrder', { as: friend, key, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  expect(await pay()).toMatchObject({ status: 503, body: { code: 'PROVIDER_DOWN', retry: 'later', retryAfterMs: expect.any(Number) } });
  const again = await pay();
  expect(again.status).toBe(200);
  expect((await pay()).body).toEqual(again.body);
  expect(await count(t, 'payment WHERE order_id = $1', [order.orderId])).toBe(1);
  expect(atWechat('tx', order.paymentId)).toHaveLength(1);
  await payAtCashier(t, order.paymentId);
  await t.ok('checkPayment', { as: friend, params: { orderId: order.orderId } });
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
});

test('F-27 paid although the answer to the prepay never came: the first query takes it', async () => {
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  const order = await buy(t, m, friend, { pay: false });
  await fault('prepay', 'http500AfterAccept');
  await t.refused('payOrder', { as: friend, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  await later(t, 30_000);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
});

test.each(UNKNOWN)('F-27 closing an ended order: %s. Asked again until nobody can pay it any more', async (kind) => {
  const order = await buy(t, m, friend, { pay: false });
  await t.ok('payOrder', { as: friend, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await fault('close', kind, 2);
  await t.ok('cancelOrder', { as: friend, params: { orderId: order.orderId } });
  await settle(t);
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['closed']);
  await expect(payAtCashier(t, order.paymentId)).rejects.toThrow('ORDER_CLOSED');
});

test.each(UNKNOWN)('F-27 F-08 refund: %s, three times. One refund of one number', async (kind) => {
  const order = await brought();
  await fault('refund', kind, 3);
  await fault('refundQuery', 'http500', 2);
  const { refundId } = await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
  await settle(t);
  await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(atWechat('refund', order.paymentId)).toEqual([expect.objectContaining({ outRefundNo: refundId, refundFen: order.payableFen, state: 'SUCCESS' })]);
});

test.each(UNKNOWN)('F-27 split: %s, three times. One split of one number, to the fen', async (kind) => {
  const order = await brought();
  await redeem(t, m, order.voucherIds[0]!);
  await fault('split', kind, 3);
  await fault('splitQuery', 'http500', 2);
  await t.moveTime(6 * MINUTE);
  await settle(t);
  await settle(t);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
  const [{ id }] = (await t.db.query('SELECT split_id AS id FROM split WHERE order_id = $1', [order.orderId])) as [{ id: string }];
  expect(atWechat('split', id)).toHaveLength(1);
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(10_195);
});

test('F-27 a split without anything to share only frees the money, also after an unknown answer', async () => {
  const { dealId } = await m.addDeal({ commissionBps: 0, rebateBps: 0 });
  const order = await buy(t, m, friend, { dealId });
  await redeem(t, m, order.voucherIds[0]!);
  await fault('unfreeze', 'http500AfterAccept', 2);
  await t.moveTime(6 * MINUTE);
  await settle(t);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(order.payableFen - 77);
});

/** Used, split, past the undo window. */
async function served(quantity = 1) {
  const order = await brought(quantity);
  for (const id of order.voucherIds) await redeem(t, m, id);
  await t.moveTime(6 * MINUTE);
  await settle(t);
  return order;
}
async function afterSale(voucherId: string) {
  const { refundId } = await t.ok('requestAfterSale', { as: friend, params: { voucherId }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  return refundId;
}

test.each(UNKNOWN)('F-27 F-35 after-sale after the split: return and refund, each %s. One return, one refund', async (kind) => {
  const order = await served();
  await fault('splitReturn', kind, 2);
  await fault('splitReturnQuery', 'http500');
  await fault('refund', kind, 2);
  const refundId = await afterSale(order.voucherIds[0]!);
  for (let i = 0; i < 3; i += 1) await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(atWechat('refund', order.paymentId)).toHaveLength(1);
  const [back] = await t.db.query<{ id: string; fen: number }>('SELECT return_id AS id, amount_fen AS fen FROM split_return WHERE refund_id = $1', [refundId]);
  expect(atWechat('splitReturn', back!.id)).toHaveLength(1);
  expect(back!.fen).toBe(944 + 590);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['cancelled']);
  for (const kind of ['merchant-available', 'merchant-frozen', 'provider-fee', 'refund-transit', 'merchant-debt']) expect([kind, await account(t, kind, m.merchantId)]).toEqual([kind, 0]);
});

test('F-35 settled, reward still pending, one of three given back: the merchant, the platform and the sharer keep their part of the rest', async () => {
  const order = await served(3);
  expect(await account(t, 'reward-pending', sharer.personId)).toBe(Math.floor(order.payableFen * 0.08));
  await afterSale(order.voucherIds[1]!);
  await settle(t);
  const [back] = await t.db.query<{ fen: number }>('SELECT paid_fen AS fen FROM voucher WHERE voucher_id = $1', [order.voucherIds[1]]);
  const kept = order.payableFen - back!.fen;
  expect(await account(t, 'reward-pending', sharer.personId)).toBe(Math.floor(kept * 0.08));
  await later(t, 7 * DAY);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(Math.floor(kept * 0.08));
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(kept - Math.floor(kept * 0.08) - Math.floor(kept * 0.05) - Math.round(kept * 0.006));
});

test('F-35 released and not spent: a later after-sale takes it from the wallet, without a debt', async () => {
  const order = await served();
  await later(t, 7 * DAY);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(944);
  await afterSale(order.voucherIds[0]!);
  await settle(t);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['clawed_back']);
  for (const kind of ['reward-available', 'reward-debt', 'reward-pending']) expect([kind, await account(t, kind, sharer.personId)]).toEqual([kind, 0]);
});

test('F-27 a merchant without enough money: the refund is stuck with an alarm, is sent again with its number, and arrives', async () => {
  const order = await served();
  await t.sandbox!.control('balance', { mchid: m.subMchid, availableFen: 0 });
  // What the platform got back goes to the merchant first, so a little is there, but not enough.
  const refundId = await afterSale(order.voucherIds[0]!);
  await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['stuck']);
  expect(await count(t, "alarm WHERE kind = 'refund.stuck' AND subject = $1", [refundId])).toBe(1);
  expect(atWechat('refund', order.paymentId)).toHaveLength(0);
  await checkGreen(t);
  await t.sandbox!.control('balance', { mchid: m.subMchid, availableFen: 50_000 });
  for (let hours = 0; hours < 3; hours += 1) await later(t, 6 * 60 * MINUTE);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(atWechat('refund', order.paymentId)).toEqual([expect.objectContaining({ outRefundNo: refundId })]);
});

test('F-27 an answer that is older than the success changes nothing', async () => {
  const order = await brought();
  const { refundId } = await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
  for (let i = 0; i < 2; i += 1) await settle(t);
  for (const to of ['sent', 'stuck']) await t.db.call('refunds_sent', { refundId, to, why: 'PROCESSING' });
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await count(t, "alarm WHERE kind = 'refund.stuck' AND subject = $1", [refundId])).toBe(0);
});

test('F-27 WeChat finds the refund abnormal: an alarm; when a person mended it there, it arrives', async () => {
  const order = await brought();
  await t.sandbox!.control('settings', { refundDelayMs: 3_600_000 });
  const { refundId } = await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
  await t.drain();
  await t.sandbox!.control(`refunds/${refundId}/abnormal`);
  await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['stuck']);
  expect(await count(t, "alarm WHERE kind = 'refund.stuck' AND subject = $1", [refundId])).toBe(1);
  await t.sandbox!.control(`refunds/${refundId}/success`);
  for (let hours = 0; hours < 3; hours += 1) await later(t, 6 * 60 * MINUTE);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
});

/** Released: 944 fen to withdraw. */
async function released() {
  const order = await served();
  await later(t, 7 * DAY);
  return order;
}
const billNo = (withdrawalId: string) => withdrawalId.replace('_', '');

test.each([...UNKNOWN, 'timeoutAfterAccept'])('F-27 payout: %s. The same number, one bill, and the person can still confirm it', async (kind) => {
  await released();
  await fault('transfer', kind);
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['requested']);
  const seen = await t.ok('getWithdrawal', { as: sharer, params: { withdrawalId } });
  expect([seen.state, !!seen.confirm?.package]).toEqual(['awaiting_person', true]);
  expect(atWechat('transfer', billNo(withdrawalId))).toHaveLength(1);
  await t.sandbox!.control(`transfers/${billNo(withdrawalId)}/confirm`);
  await settle(t);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['succeeded']);
  expect([await account(t, 'reward-available', sharer.personId), await account(t, 'payout-transit', sharer.personId)]).toEqual([44, 0]);
});

test('F-27 payout: WeChat refuses a repeat of a number that it knows. The money does not come back while the bill can still be confirmed', async () => {
  await released();
  await fault('transfer', 'http500AfterAccept');
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await t.db.query('UPDATE withdrawal SET openid = $2 WHERE withdrawal_id = $1', [withdrawalId, friend.openid]); // so that the repeat differs
  await settle(t);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(44);
  await t.sandbox!.control(`transfers/${billNo(withdrawalId)}/confirm`);
  await settle(t);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['succeeded']);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(44);
});

test('F-33 payout: WeChat tells of another amount. It is kept aside, and what the query says counts', async () => {
  await released();
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await t.drain();
  await t.sandbox!.control('faults', { notices: { override: { transfer_amount: 1 } } });
  await t.sandbox!.control(`transfers/${billNo(withdrawalId)}/confirm`);
  const aside = () => t.db.query("SELECT reason, (SELECT count(*)::int FROM alarm a WHERE a.kind = 'payment.quarantined' AND a.subject = q.subject) AS alarms FROM quarantine q WHERE reason LIKE $1 || '%'", [withdrawalId]);
  for (let tries = 0; (await aside()).length === 0 && tries < 2_000; tries += 1) {
    await t.sandbox!.control('flush');
    await t.drain();
  }
  expect(await aside()).toEqual([{ reason: `${withdrawalId}: amount 1 instead of 900`, alarms: 1 }]);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['awaiting_person']);
  await settle(t);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['succeeded']);
  expect([await account(t, 'reward-available', sharer.personId), await account(t, 'payout-transit', sharer.personId)]).toEqual([44, 0]);
});

test('F-27 payout: a definite no gives the money back once', async () => {
  await released();
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 0 });
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await settle(t);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['failed']);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(944);
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 1_000_000 });
});

test.each([
  ['ACCOUNT_FROZEN', '账户被冻结', 'frozen', 0], ['OVERDUE_CLOSE', '24 小时', 'within 24 hours', 0], ['PAYER_ACCOUNT_ABNORMAL', '平台这边', 'ours', 1], ['NEVER_HEARD_OF', '没说原因', 'no reason', 0],
] as const)('F-28 payout: WeChat fails it with %s. The list, the withdrawal and the notice say why, where the money is and what now; what only the operator can mend is told them', async (reason, zh, en, alarms) => {
  await released();
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await t.sandbox!.control(`transfers/${billNo(withdrawalId)}/fail`, { reason });
  await settle(t);
  for (const [language, why, back] of [['zh-CN', zh, '退回钱包'], ['en', en, 'back in your wallet']] as const) {
    const headers = { 'accept-language': language };
    const [{ items }, own, notices] = [
      await t.ok('listWithdrawals', { as: sharer, headers }), await t.ok('getWithdrawal', { as: sharer, params: { withdrawalId }, headers }), await t.ok('listNotices', { as: sharer, headers }),
    ];
    const notice = notices.items.find((one) => one.kind === 'withdrawal.failed')!.text;
    for (const said of [items[0]!.failReason!, own.failReason!, notice]) expect([said.includes(why), said.includes(back), said]).toEqual([true, true, said]);
  }
  expect(await t.db.query("SELECT count(*)::int AS n FROM alarm WHERE kind = 'withdrawal.refused' AND subject = $1", [withdrawalId])).toEqual([{ n: alarms }]);
});

test('F-33 payout: refused and given back, and yet WeChat says that it is paid. It is kept aside, the wallet stays as it is', async () => {
  await released();
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 0 });
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 1_000_000 });
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['failed']);
  const told = { withdrawalId, billNo: `bill-${withdrawalId}`, state: 'SUCCESS' as const, amountFen: 900, packageInfo: null, failReason: null };
  for (let again = 0; again < 2; again += 1) expect(await settleTransfer(t.app, told)).toBeNull();
  expect(await t.db.query("SELECT reason, (SELECT count(*)::int FROM alarm a WHERE a.kind = 'payment.quarantined' AND a.subject = q.subject) AS alarms FROM quarantine q WHERE subject = $1", [withdrawalId]))
    .toEqual([{ reason: `${withdrawalId}: paid, and it failed`, alarms: 1 }]);
  expect([await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId), await account(t, 'reward-available', sharer.personId)]).toEqual([['failed'], 944]);
});

test('F-33 payout: told that it is paid while it is being given back. Kept aside, not taken for a repeat', async () => {
  await released();
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 0 });
  const gate = knife.holdAt(/settlement_withdrawal_ended/);
  const asked = t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await gate.reached;
  await t.sandbox!.control('balance', { mchid: t.app.config.wechat.spMchid, availableFen: 1_000_000 });
  const [{ id }] = (await t.db.query<{ id: string }>('SELECT withdrawal_id AS id FROM withdrawal WHERE person_id = $1', [sharer.personId])) as [{ id: string }];
  await t.drain(); // the worker asks at the same time, and is not refused
  await t.sandbox!.control(`transfers/${billNo(id)}/confirm`);
  for (let tries = 0; (await stateOf(t, 'withdrawal', 'withdrawal_id', id))[0] !== 'succeeded' && tries < 2_000; tries += 1) {
    await t.sandbox!.control('flush');
    await t.drain();
  }
  gate.open();
  await asked;
  expect(await t.db.query('SELECT reason FROM quarantine WHERE subject = $1', [id])).toEqual([{ reason: `${id}: not paid, and it succeeded` }]);
  expect([await stateOf(t, 'withdrawal', 'withdrawal_id', id), await account(t, 'reward-available', sharer.personId)]).toEqual([['succeeded'], 44]);
});

test('A-06 a payout that comes back after its reward was clawed back makes good the debt first', async () => {
  const order = await released();
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await afterSale(order.voucherIds[0]!);
  await settle(t);
  expect(await account(t, 'reward-debt', sharer.personId)).toBe(-900);
  await t.sandbox!.control(`transfers/${billNo(withdrawalId)}/fail`);
  await settle(t);
  expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['failed']);
  for (const kind of ['reward-available', 'reward-debt', 'reward-pending', 'payout-transit']) expect([kind, await account(t, kind, sharer.personId)]).toEqual([kind, 0]);
  const { items } = await t.ok('listNotices', { as: sharer });
  expect(items.find((notice) => notice.kind === 'withdrawal.failed')?.text).toContain('其中 ¥9.00 补回了');
});

test('F-27 WeChat is away for a while: nobody is charged twice and everything arrives afterwards', async () => {
  const order = await brought(2);
  await fault('*', 'http500', 12);
  await t.refused('checkPayment', { as: friend, params: { orderId: (await buy(t, m, sharer, { pay: false })).orderId } });
  const { refundId } = await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[0]!], reason: '计划有变' } });
  await redeem(t, m, order.voucherIds[1]!);
  await t.moveTime(6 * MINUTE);
  for (let i = 0; i < 4; i += 1) await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
  expect(atWechat('refund', order.paymentId)).toHaveLength(1);
  expect((await wechatPay(t.app.config.wechat).findPayment(order.paymentId, m.subMchid))?.state).toBe('REFUND');
});

test('F-35 I-05 a merchant without the money owes it: later splits make it good first, also two at once', async () => {
  const [order, next, last] = [await served(), await brought(), await brought()];
  // The merchant took its money out at WeChat.
  const has = await account(t, 'merchant-available', m.merchantId);
  await t.db.query('SELECT ledger_post($1, $2, NULL, NULL, $3::jsonb)', ['test.payout', m.merchantId, JSON.stringify([{ a: 'merchant-available', o: m.merchantId, f: -has }, { a: 'payout-transit', o: m.merchantId, f: has }])]);
  await afterSale(order.voucherIds[0]!);
  await settle(t);
  const owes = await account(t, 'merchant-debt', m.merchantId);
  expect(owes).toBeLessThan(0);
  await redeem(t, m, next.voucherIds[0]!);
  await redeem(t, m, last.voucherIds[0]!);
  await t.moveTime(6 * MINUTE);
  await settle(t);
  const split = await t.db.query<{ fen: number; state: string }>('SELECT merchant_fen AS fen, state FROM split WHERE order_id IN ($1, $2)', [next.orderId, last.orderId]);
  expect(split.map((one) => one.state)).toEqual(['succeeded', 'succeeded']);
  const earned = split.reduce((sum, one) => sum + one.fen, 0);
  expect([await account(t, 'merchant-debt', m.merchantId), await account(t, 'merchant-available', m.merchantId)]).toEqual([0, earned + owes]);
  const parts = await t.db.query<{ fen: number }>("SELECT amount_fen AS fen FROM posting WHERE account_kind = 'merchant-debt' AND owner_id = $1 AND amount_fen > 0", [m.merchantId]);
  expect(parts.reduce((sum, one) => sum + one.fen, 0)).toBe(-owes);
});
