/** F-18 the last payment against the deadline, F-36 many refunds at WeChat's pace, A-33's other side: nothing is lost on the way. */
import { REFUNDS_PER_SECOND_AFTER_ERROR } from '../../functions/contract/limits';
import { wechatPay } from '../../functions/payments';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newMarket, people } from '../support/faults';
import { groupOf, join, openGroup, payAtWechat, sit, standard, type Seated } from '../support/groups';
import { account, buy, DAY, later, MINUTE, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await newMarket(t, { deal: { group: standard({ size: 2, hostBenefitFen: 0 }), perPersonLimit: 99, stock: 100_000 } });
});
afterEach(async () => {
  await t.sandbox!.control('faults', { reset: true });
  await checkGreen(t);
});
afterAll(() => t.stop());

describe('F-18 the last payment against the deadline: WeChat\'s success time decides', () => {
  /** Paid at WeChat, and no notice of it comes. */
  const scene = async () => {
    const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
    const first = await openGroup(t, m, host);
    await t.moveTime(2_000);
    await t.sandbox!.control('faults', { notices: { lose: 99 } });
    const last = await sit(t, m, guest, { groupId: first.groupId });
    await payAtWechat(t, guest, last);
    return { host, guest, first, last, groupId: first.groupId, successMs: await successOf(last) };
  };
  const successOf = async (seat: Seated): Promise<number> => {
    return (await wechatPay(t.app.config.wechat).findPayment(seat.paymentId, m.subMchid))!.successAtMs!;
  };
  const setDeadline = (groupId: string, ms: number) => t.db.query('UPDATE group_buy SET deadline = time_of($2) WHERE group_id = $1', [groupId, ms]);
  const orders = async (s: { first: Seated; last: Seated }) => [...(await stateOf(t, 'guest_order', 'order_id', s.first.orderId)), ...(await stateOf(t, 'guest_order', 'order_id', s.last.orderId))];

  test('before the deadline, heard of after it: it counts', async () => {
    const s = await scene();
    await setDeadline(s.groupId, s.successMs + 1);
    await later(t, DAY);
    expect(await groupOf(t, s.groupId)).toMatchObject({ state: 'succeeded', confirmed: 2 });
    expect(await orders(s)).toEqual(['paid', 'paid']);
  });

  test('at the deadline to the millisecond: too late, and all of it goes back', async () => {
    const s = await scene();
    await setDeadline(s.groupId, s.successMs);
    await t.ok('checkPayment', { as: s.guest, params: { orderId: s.last.orderId } });
    await later(t, DAY);
    expect(await groupOf(t, s.groupId)).toMatchObject({ state: 'failed', confirmed: 1 });
    expect(await orders(s)).toEqual(['refunded', 'cancelled']);
    expect(await t.db.query('SELECT kind, state FROM refund WHERE order_id = $1', [s.last.orderId])).toEqual([{ kind: 'late_payment', state: 'succeeded' }]);
    expect(await account(t, 'refund-transit', m.merchantId)).toBe(0);
  });

  test('WeChat is away when the deadline comes: the group stays closing until it can be asked', async () => {
    const s = await scene();
    await setDeadline(s.groupId, s.successMs + 1);
    await t.sandbox!.control('faults', { endpoints: [{ endpoint: 'query', fault: 'http500', times: 999 }, { endpoint: 'close', fault: 'http500', times: 999 }] });
    await later(t, DAY);
    expect((await groupOf(t, s.groupId)).state).toBe('closing');
    // Nobody joins, leaves or pays meanwhile, and the seat is not given up.
    const [stranger] = await people(t, 1);
    expect((await t.refused('leaveGroup', { as: s.host, params: { groupId: s.groupId } })).code).toBe('GROUP_STATE');
    expect((await t.refused('quoteOrder', { as: stranger!, body: { dealId: m.dealId, quantity: 1, group: { groupId: s.groupId } } })).code).toBe('GROUP_FULL');
    await t.sandbox!.control('faults', { reset: true });
    await later(t, 31 * MINUTE);
    expect(await groupOf(t, s.groupId)).toMatchObject({ state: 'succeeded', confirmed: 2 });
    expect(await orders(s)).toEqual(['paid', 'paid']);
  });

  test('an order that is still being paid when the time is over is closed at WeChat: nobody can pay it any more', async () => {
    const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
    const first = await openGroup(t, m, host);
    const last = await sit(t, m, guest, { groupId: first.groupId });
    await t.ok('payOrder', { as: guest, params: { orderId: last.orderId }, body: { method: 'jsapi' } });
    await setDeadline(first.groupId, await t.app.clock.read());
    expect((await t.refused('payOrder', { as: guest, params: { orderId: last.orderId }, body: { method: 'jsapi' } })).code).toBe('GROUP_ENDED');
    await later(t, DAY);
    expect((await groupOf(t, first.groupId)).state).toBe('failed');
    await expect(t.sandbox!.control('pay', { out_trade_no: last.paymentId })).rejects.toThrow();
  });
});

describe('F-36 refunds at WeChat\'s pace', () => {
  const sentAt = (paymentIds: Set<string>): number[] => [...(t.sandbox!.sandbox.sandbox.world.tables.refund as Map<string, { key: string; txKey: string; createdAtMs: number }>).values()]
    .filter((row) => [...paymentIds].some((id) => row.txKey.includes(id))).map((row) => row.createdAtMs).sort((a, b) => a - b);
  const mostInASecond = (times: number[]) => Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
  /** Groups of eight with seven in them: so many orders to give back. */
  async function fill(deals: number, openers: number): Promise<Set<string>> {
    const payments = new Set<string>();
    for (let d = 0; d < deals; d += 1) {
      const guests = await people(t, 8); // others each time: nobody asks more often than they may
      const { dealId } = await m.addDeal({ group: standard({ size: 8, hostBenefitFen: 0 }) });
      const groups: string[] = [];
      for (const host of guests.slice(0, openers)) {
        const seat = await openGroup(t, m, host, { dealId });
        groups.push(seat.groupId);
        payments.add(seat.paymentId);
      }
      await Promise.all(guests.map(async (guest, n) => {
        for (let g = 0; g < groups.length; g += 1) if (g !== n && n !== (g + 1) % 8) payments.add((await join(t, m, guest, groups[g]!, { dealId })).paymentId);
      }));
    }
    return payments;
  }
  /** The worker goes on in real time: a reaction that waits for its turn says for how long. */
  async function work(until: () => Promise<boolean>) {
    while (!(await until())) {
      await t.drain();
      await new Promise((done) => setTimeout(done, 15));
    }
  }
  const open = (payments: Set<string>) => count(t, "refund WHERE payment_id = ANY ($1) AND state <> 'succeeded'", [[...payments]]);

  test('F-36 more than 500 orders of failed groups: all sent and done, never more than WeChat allows', async () => {
    const payments = await fill(9, 8);
    expect(payments.size).toBeGreaterThanOrEqual(500);
    await t.moveTime(DAY);
    await work(async () => (await count(t, 'refund WHERE payment_id = ANY ($1)', [[...payments]])) === payments.size && (await open(payments)) === 0);
    const times = sentAt(payments);
    expect(times).toHaveLength(payments.size);
    expect(mostInASecond(times)).toBeLessThanOrEqual(150);
    expect(await count(t, "guest_order o JOIN payment p USING (order_id) WHERE payment_id = ANY ($1) AND o.state <> 'refunded'", [[...payments]])).toBe(0);
    expect(await account(t, 'refund-transit', m.merchantId)).toBe(0);
  });

  test('F-36 a turn that was given before an error counts no more: it is given anew, at the slow pace', async () => {
    const buyer = (await people(t, 1))[0]!;
    const orders: { orderId: string; voucherIds: string[] }[] = [];
    for (let n = 0; n < 3; n += 1) orders.push(await buy(t, m, buyer, { dealId: (await m.addDeal({})).dealId }));
    const refunds: string[] = [];
    for (const { orderId, voucherIds } of orders) refunds.push((await t.ok('requestRefund', { as: buyer, params: { orderId }, body: { voucherIds, reason: '不去了' } })).refundId);
    const pace = { stepMs: 100, slowStepMs: 10_000, turnMs: 60_000 };
    const turn = async (refundId: string) => (await t.db.call<{ waitMs: number }>('refunds_take_turn', { refundId, ...pace })).waitMs;
    await t.moveTime(10 * MINUTE); // whatever was slow before is over
    const [now, next, last] = [await turn(refunds[0]!), await turn(refunds[1]!), await turn(refunds[2]!)];
    expect([now, next > 0 && next <= 100, last > next && last <= 200]).toEqual([0, true, true]);
    await t.db.call('refunds_slow_down', { ...pace, slowMs: 10 * MINUTE });
    expect(await turn(refunds[2]!)).toBeGreaterThan(9_000);
    expect(await turn(refunds[1]!)).toBeGreaterThan(19_000);
    // Asked again, it keeps the turn that it has.
    expect(await turn(refunds[2]!)).toBeLessThanOrEqual(10_000);
    for (let n = 0; n < 3; n += 1) await later(t, 10 * MINUTE);
    for (const { orderId } of orders) expect(await stateOf(t, 'refund', 'order_id', orderId)).toEqual(['succeeded']);
  });

  test('F-36 after an error it is the slow pace for a while, and all finish', async () => {
    const payments = await fill(1, 2);
    await t.sandbox!.control('faults', { endpoint: 'refund', fault: 'http500', times: 1 });
    await t.moveTime(DAY);
    await work(async () => (await open(payments)) === 0 && (await count(t, 'refund WHERE payment_id = ANY ($1)', [[...payments]])) === payments.size);
    const times = sentAt(payments);
    expect(times).toHaveLength(payments.size);
    // Those that were under way when the error came may share a second with the first slow ones; from then on it is slow.
    expect(mostInASecond(times.slice(8))).toBeLessThanOrEqual(REFUNDS_PER_SECOND_AFTER_ERROR + 1);
  });
});
