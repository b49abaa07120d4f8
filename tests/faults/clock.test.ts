/** Whose clock decides, and at which edge: F-15, F-25, F-26, I-25, I-26. */
import { NOTICE_FRESH_MS, SESSION_LEEWAY_MS, SESSION_MS, UNDO_WINDOW_MS, UNPAID_HOLD_MS } from '../../functions/contract/limits';
import { makeToken } from '../../functions/kernel/session';
import { NoticeRejected, wechatPay } from '../../functions/payments';
import { reconcileBill } from '../../functions/settlement';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newMarket, people, settle } from '../support/faults';
import { buy, codeOf, DAY, later, MINUTE, payAtCashier, redeem, share, stateOf } from '../support/trade';
import { startInbox } from '../support/wechat';

let t: TestApp;
let m: Market;
let buyer: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
});
beforeEach(async () => {
  m = await newMarket(t);
  [buyer] = (await people(t, 1)) as [TestPerson];
});
afterEach(async () => {
  jest.restoreAllMocks();
  await checkGreen(t);
});
afterAll(() => t.stop());

const SHANGHAI_MS = 8 * 3_600_000;
const now = () => t.app.clock.read();
/** Moves the database and WeChat to this much before (negative) or after the next midnight in Shanghai; `monthEdge`: of a month's first day. */
async function toMidnight(offsetMs: number, monthEdge = false): Promise<void> {
  const local = (await now()) + SHANGHAI_MS;
  const day = new Date(local);
  const edge = monthEdge ? Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1) : (Math.floor(local / DAY) + 1) * DAY;
  const ahead = edge - local + offsetMs;
  await t.moveTime(ahead > 0 ? ahead : ahead + DAY);
}
const dayOf = (ms: number) => new Date(ms + SHANGHAI_MS).toISOString().slice(0, 10);

describe.each([['ten minutes slow', -10 * MINUTE], ['ten minutes fast', 10 * MINUTE]])("F-25 the function's clock is %s", (_name, skewMs) => {
  /** This process reads a wrong clock; the database does not, and WeChat (which lives in this process here) is put right. */
  const skew = async () => {
    const real = Date.now.bind(Date);
    const { offsetMs } = t.sandbox!.sandbox.sandbox;
    jest.spyOn(Date, 'now').mockImplementation(() => real() + skewMs);
    t.sandbox!.sandbox.sandbox.offsetMs = offsetMs - skewMs;
    return () => {
      jest.restoreAllMocks();
      t.sandbox!.sandbox.sandbox.offsetMs += skewMs;
    };
  };

  test('an order is payable for its quarter of an hour, expires after it, and a notice is fresh by the database', async () => {
    const back = await skew();
    try {
      const before = await now();
      const order = await buy(t, m, buyer, { pay: false });
      const { expiresAtMs } = (await t.db.query<{ expiresAtMs: number }>('SELECT ms_of(expires_at) AS "expiresAtMs" FROM guest_order WHERE order_id = $1', [order.orderId]))[0]!;
      expect(expiresAtMs - before).toBeGreaterThanOrEqual(UNPAID_HOLD_MS);
      expect(expiresAtMs - (await now())).toBeLessThanOrEqual(UNPAID_HOLD_MS);
      await t.drain();
      expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['unpaid']);
      await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
      await t.sandbox!.control('faults', { reset: true, notices: { hold: true } });
      await payAtCashier(t, order.paymentId);
      await t.sandbox!.control('flush');
      expect(t.sandbox!.sandbox.sandbox.notices.log().at(-1)!.status).toBe('204');
      expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
      const other = await buy(t, m, (await people(t, 1))[0]!, { pay: false });
      await t.db.call('kernel_move_clock', { advanceMs: UNPAID_HOLD_MS });
      t.sandbox!.sandbox.sandbox.offsetMs += UNPAID_HOLD_MS;
      await t.drain();
      expect(await stateOf(t, 'guest_order', 'order_id', other.orderId)).toEqual(['expired']);
    } finally {
      await t.sandbox!.control('faults', { reset: true });
      back();
    }
  });

  test('codes, undo window and validity go by the database', async () => {
    const order = await buy(t, m, buyer);
    const back = await skew();
    try {
      const used = await redeem(t, m, order.voucherIds[0]!);
      expect(used.undoUntilMs - used.redeemedAtMs).toBe(UNDO_WINDOW_MS);
      expect(Math.abs(used.redeemedAtMs - (await now()))).toBeLessThan(60_000);
      expect((await t.handle('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: used.redemptionId } })).status).toBe(200);
      const again = await redeem(t, m, order.voucherIds[0]!);
      await t.db.call('kernel_move_clock', { advanceMs: UNDO_WINDOW_MS });
      t.sandbox!.sandbox.sandbox.offsetMs += UNDO_WINDOW_MS;
      expect((await t.handle('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: again.redemptionId } })).body.code).toBe('UNDO_TOO_LATE');
    } finally {
      back();
    }
  });

  test('a session lives by the database clock, with a minute of leeway', async () => {
    const back = await skew();
    try {
      await now();
      const session = { personId: buyer.personId, familyId: buyer.familyId, deviceId: buyer.deviceId, isOperator: false, isRisky: false };
      const bought = async (ageMs: number) => (await t.handle('listOrders', { as: makeToken(t.app.config.sessionKey, session, t.app.clock.nowMs() - ageMs).token })).status;
      expect(await bought(0)).toBe(200);
      expect(await bought(SESSION_MS + SESSION_LEEWAY_MS - 20_000)).toBe(200);
      expect(await bought(SESSION_MS + SESSION_LEEWAY_MS)).toBe(401);
    } finally {
      back();
    }
  });
});

test('F-25 A-27 the window of a notice is the database clock, five minutes to both sides', async () => {
  const inbox = await startInbox();
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url } });
  await buy(t, m, buyer);
  const { headers, body } = (await inbox.waitFor(1))[0]!;
  await inbox.close();
  await t.sandbox!.control('faults', { reset: true });
  const stamp = Number(headers['wechatpay-timestamp']) * 1_000;
  const read = (nowMs: number) => () => wechatPay(t.app.config.wechat).readNotice(headers, body, nowMs);
  for (const fine of [-NOTICE_FRESH_MS, 0, NOTICE_FRESH_MS]) expect(read(stamp + fine)).not.toThrow();
  for (const stale of [-NOTICE_FRESH_MS - 1, NOTICE_FRESH_MS + 1]) expect(read(stamp + stale)).toThrow(NoticeRejected);
});

test('F-15 both sides of the edge by the database clock: valid until the last millisecond of the last day in Shanghai, not at midnight', async () => {
  const order = await buy(t, m, buyer, { quantity: 2 });
  const { untilMs } = (await t.db.query<{ untilMs: number }>('SELECT ms_of(max(valid_until)) AS "untilMs" FROM voucher WHERE order_id = $1', [order.orderId]))[0]!;
  expect((untilMs + SHANGHAI_MS) % DAY).toBe(0);
  await t.moveTime(untilMs - (await now()) - 20_000);
  expect((await t.handle('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, order.voucherIds[0]!) } })).status).toBe(200);
  await t.moveTime(untilMs - (await now()));
  expect((await t.handle('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, order.voucherIds[1]!) } })).body.code).toBe('VOUCHER_EXPIRED');
  await settle(t);
  expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual(['redeemed', 'refunded']);
});

test.each([['day', false], ['month', true]] as const)('F-26 I-26 payments and refunds around the edge of a %s in Shanghai: each in exactly one bill, nothing unexplained', async (_name, monthEdge) => {
  const [early, late] = (await people(t, 2)) as [TestPerson, TestPerson];
  await toMidnight(-40_000, monthEdge);
  const before = await buy(t, m, early);
  const firstDay = dayOf(await now());
  await t.moveTime(60_000);
  const after = await buy(t, m, late);
  const secondDay = dayOf(await now());
  expect(secondDay).not.toBe(firstDay);
  if (monthEdge) expect(secondDay.endsWith('-01')).toBe(true);
  await t.ok('requestRefund', { as: early, params: { orderId: before.orderId }, body: { voucherIds: before.voucherIds, reason: '计划有变' } });
  await t.drain();
  await t.moveTime(DAY);
  await settle(t);
  for (const day of [firstDay, secondDay]) await reconcileBill(t.app, day);
  const bills = await t.db.query<{ day: string; unexplained: number }>('SELECT bill_date::text AS day, unexplained FROM bill_day WHERE bill_date::text = ANY ($1) ORDER BY 1', [[firstDay, secondDay]]);
  expect(bills).toEqual([{ day: firstDay, unexplained: 0 }, { day: secondDay, unexplained: 0 }]);
  const inDay = async (paymentId: string) => (await t.db.query<{ day: string }>("SELECT (succeeded_at AT TIME ZONE 'Asia/Shanghai')::date::text AS day FROM payment WHERE payment_id = $1", [paymentId])).map((r) => r.day);
  expect([await inDay(before.paymentId), await inDay(after.paymentId)]).toEqual([[firstDay], [secondDay]]);
  const journalDay = async (kind: string, orderId: string) => (await t.db.query<{ day: string }>(
    "SELECT DISTINCT (posted_at AT TIME ZONE 'Asia/Shanghai')::date::text AS day FROM journal j JOIN posting p USING (journal_id) WHERE j.kind = $1 AND p.order_id = $2", [kind, orderId])).map((r) => r.day);
  expect([await journalDay('payment', before.orderId), await journalDay('payment', after.orderId), await journalDay('refund', before.orderId)]).toEqual([[firstDay], [secondDay], [secondDay]]);
});

test('F-26 the day of the limits turns at midnight in Shanghai: three withdrawals before it, again after it', async () => {
  const [sharer] = (await people(t, 1)) as [TestPerson];
  const order = await buy(t, m, buyer, { shareToken: await share(t, m, sharer) });
  await redeem(t, m, order.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY);
  await toMidnight(-10 * MINUTE);
  const withdraw = async () => {
    const reply = await t.handle('requestWithdrawal', { as: sharer, body: { amountFen: 100 } });
    if (reply.status === 200) {
      await t.sandbox!.control(`transfers/${reply.body.withdrawalId.replace('_', '')}/confirm`);
      await t.drain();
      await t.ok('getWithdrawal', { as: sharer, params: { withdrawalId: reply.body.withdrawalId } });
    }
    return reply.status === 200 ? 'ok' : reply.body.code;
  };
  expect([await withdraw(), await withdraw(), await withdraw(), await withdraw()]).toEqual(['ok', 'ok', 'ok', 'WITHDRAWAL_TOO_MANY']);
  await t.moveTime(11 * MINUTE);
  expect(await withdraw()).toBe('ok');
  expect(await count(t, "withdrawal WHERE person_id = $1 AND state = 'succeeded'", [sharer.personId])).toBe(4);
});

test('F-26 bought a minute before midnight or a minute after: a whole day more, to the end of the last day', async () => {
  const [early, late] = (await people(t, 2)) as [TestPerson, TestPerson];
  await toMidnight(-60_000);
  const before = await buy(t, m, early);
  await t.moveTime(120_000);
  const after = await buy(t, m, late);
  const until = async (orderId: string) => (await t.db.query<{ ms: number }>('SELECT ms_of(valid_until) AS ms FROM voucher WHERE order_id = $1', [orderId]))[0]!.ms;
  expect((await until(after.orderId)) - (await until(before.orderId))).toBe(DAY);
  expect(((await until(before.orderId)) + SHANGHAI_MS) % DAY).toBe(0);
});
