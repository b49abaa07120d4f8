/** Many at one table: the last seat, leaving against completing, completing against the deadline, and any sequence at all. */
import * as fc from 'fast-check';
import { Client } from 'pg';
import { closeGroup } from '../../functions/orders';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, keepGreen, newKnife, newMarket, people, stockOf, tally, underWay, waiting } from '../support/faults';
import { groupOf, join, ladder, openGroup, paySeat, payAtWechat, seatsOf, sit, standard, trySit, type Seated } from '../support/groups';
import { DAY, later, MINUTE, place, stateOf, vouchersOf } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await newMarket(t, { deal: { group: standard({ size: 2, hostBenefitFen: 0 }), perPersonLimit: 99, stock: 100_000 } });
});
keepGreen(() => t, knife);
const check = (who: TestPerson, seat: Seated) => t.handle('checkPayment', { as: who, params: { orderId: seat.orderId } });

describe('F-17 the last seat', () => {
  test.each([2, 64])('%i people want it at once: one sits, the others hear that it is full and hold nothing', async (many) => {
    const [host, ...rest] = await people(t, many + 1);
    const { groupId } = await openGroup(t, m, host!);
    const before = await stockOf(t, m.dealId);
    const payments = await count(t, 'payment');
    const replies = await Promise.all(rest.map((guest) => trySit(t, m, guest, { groupId }, 9_900)));
    expect(tally(replies)).toEqual({ ok: 1, GROUP_FULL: many - 1 });
    expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 2, confirmed: 1 });
    expect(await seatsOf(t, groupId)).toEqual(['confirmed', 'held']);
    expect(await stockOf(t, m.dealId)).toMatchObject({ held: before.held + 1, available: before.available - 1 });
    // No order, no intent to pay and no unit for anybody else.
    const lost = rest.filter((_, i) => replies[i]!.status !== 200).map((guest) => guest.personId);
    expect(await count(t, 'guest_order WHERE buyer_id = ANY ($1)', [lost])).toBe(0);
    expect(await count(t, 'deal_buyer WHERE person_id = ANY ($1) AND quantity > 0', [lost])).toBe(0);
    expect(await count(t, 'payment')).toBe(payments + 1);
  });

  test('another process takes it while this one waits for the group\'s row: full, not a bug', async () => {
    const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
    const { groupId } = await openGroup(t, m, host);
    const other = await underWay(t, 'UPDATE group_buy SET taken = taken + 1 WHERE group_id = $1', [groupId]);
    const asked = trySit(t, m, guest, { groupId }, 9_900);
    await waiting(t);
    await other.end('COMMIT');
    expect((await asked).body).toMatchObject({ code: 'GROUP_FULL' });
    await t.db.query('UPDATE group_buy SET taken = taken - 1 WHERE group_id = $1', [groupId]);
  });

  test('C3 a newcomer\'s other seat is paid while this one waits for the group\'s row: there is no second', async () => {
    const rule = { group: standard({ kind: 'newcomer', hostBenefitFen: 0 }) };
    const [one, two] = [(await m.addDeal(rule)).dealId, (await m.addDeal(rule)).dealId];
    const [a, b, guest] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const [first, second] = [await openGroup(t, m, a, { dealId: one }), await openGroup(t, m, b, { dealId: two })];
    const seat = await sit(t, m, guest, { groupId: first.groupId }, { dealId: one });
    const row = await underWay(t, 'SELECT FROM group_buy WHERE group_id = $1 FOR NO KEY UPDATE', [second.groupId]);
    const asked = trySit(t, m, guest, { groupId: second.groupId }, 9_900, { dealId: two });
    await waiting(t);
    await paySeat(t, guest, seat);
    await row.end('ROLLBACK');
    expect((await asked).body).toMatchObject({ code: 'GROUP_NOT_NEW' });
    expect(await groupOf(t, second.groupId)).toMatchObject({ taken: 1 });
  });

  test('who is refused for a reason of their own stands in nobody else\'s way: those behind them sit', async () => {
    const { dealId } = await m.addDeal({ group: standard({ size: 8, hostBenefitFen: 0 }) });
    const [host, ...rest] = await people(t, 7);
    const { groupId } = await openGroup(t, m, host!, { dealId });
    const busy = rest.slice(0, 4);
    for (const guest of busy) await place(t, m, guest, { dealId });
    const replies = await Promise.all(rest.map((guest) => trySit(t, m, guest, { groupId }, 9_900, { dealId })));
    expect(tally(replies)).toEqual({ UNPAID_ORDER_EXISTS: 4, ok: 2 });
    expect(await groupOf(t, groupId)).toMatchObject({ taken: 3 });
  });

  test('a seat that is given up while somebody hears that there is none is theirs: nobody is told that a running group is over', async () => {
    const [host, first, second] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const { groupId } = await openGroup(t, m, host);
    const client = new Client({ connectionString: t.url });
    await client.connect();
    // What looks for the reason waits until the reason is gone.
    await client.query('ALTER FUNCTION group_buys_refuse_seat(jsonb) RENAME TO refuse_seat_at_once');
    await client.query(`CREATE FUNCTION group_buys_refuse_seat(p jsonb) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); PERFORM refuse_seat_at_once(p); END $$`);
    try {
      await client.query('SELECT pg_advisory_lock(4711)');
      const gate = knife.holdAt(/FROM group_buy g WHERE group_id/, 'after');
      const asked = trySit(t, m, second, { groupId }, 9_900);
      await gate.reached;
      const { body } = await trySit(t, m, first, { groupId }, 9_900);
      gate.open();
      while ((await client.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted")).rowCount === 0) await new Promise((done) => setTimeout(done, 20));
      await t.ok('cancelOrder', { as: first, params: { orderId: body.orderId } });
      await client.query('SELECT pg_advisory_unlock(4711)');
      expect(await asked).toMatchObject({ status: 200 });
      expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 2 });
    } finally {
      await client.query('DROP FUNCTION group_buys_refuse_seat(jsonb); ALTER FUNCTION refuse_seat_at_once(jsonb) RENAME TO group_buys_refuse_seat');
      await client.end();
    }
  });

  test('64 people for the seven seats of a large table: each is taken once, and only the last is held short', async () => {
    const { dealId } = await m.addDeal({ group: standard({ size: 8, hostBenefitFen: 0 }) });
    const [host, ...rest] = await people(t, 65);
    const { groupId } = await openGroup(t, m, host!, { dealId });
    // Who is told BUSY decided on a table that kept changing; as the app does, they try again.
    let waiting = rest;
    let sat = 0;
    while (waiting.length > 0) {
      const replies = await Promise.all(waiting.map((guest) => trySit(t, m, guest, { groupId }, 9_900, { dealId })));
      sat += replies.filter((reply) => reply.status === 200).length;
      expect(replies.every((reply) => reply.status === 200 || ['GROUP_FULL', 'BUSY'].includes(reply.body.code))).toBe(true);
      waiting = waiting.filter((_, i) => replies[i]!.body.code === 'BUSY');
    }
    expect(sat).toBe(7);
    const holds = await t.db.query<{ ms: number }>('SELECT round(extract(epoch FROM expires_at - placed_at) * 1000)::int AS ms FROM guest_order WHERE group_id = $1 AND state = $2 ORDER BY ms', [groupId, 'unpaid']);
    expect(holds.map((row) => row.ms)).toEqual([5 * MINUTE, ...Array.from({ length: 6 }, () => 15 * MINUTE)]);
    expect(await count(t, 'group_seat WHERE group_id = $1', [groupId])).toBe(8);
  });
});

describe('leaving against completing', () => {
  // We hear of a payment when somebody looks: no notice comes in between.
  beforeAll(() => t.sandbox!.control('faults', { notices: { lose: 10_000 } }));
  afterAll(() => t.sandbox!.control('faults', { reset: true }));
  const scene = async () => {
    const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
    const first = await openGroup(t, m, host);
    const last = await sit(t, m, guest, { groupId: first.groupId });
    await payAtWechat(t, guest, last);
    return { host, guest, first, last, groupId: first.groupId };
  };
  const end = async (s: Awaited<ReturnType<typeof scene>>) => {
    await later(t, MINUTE);
    return { group: (await groupOf(t, s.groupId)).state, orders: [...(await stateOf(t, 'guest_order', 'order_id', s.first.orderId)), ...(await stateOf(t, 'guest_order', 'order_id', s.last.orderId))] };
  };

  test('the host leaves while the last payment is about to be saved: it came too late and goes back', async () => {
    const s = await scene();
    const gate = knife.holdAt(/orders_mark_paid/);
    const paying = check(s.guest, s.last);
    await gate.reached;
    expect((await t.handle('leaveGroup', { as: s.host, params: { groupId: s.groupId } })).status).toBe(200);
    gate.open();
    await paying;
    expect(await end(s)).toEqual({ group: 'failed', orders: ['refunded', 'cancelled'] });
    expect(await stateOf(t, 'refund', 'order_id', s.last.orderId)).toEqual(['succeeded']);
  });

  test('the last payment is saved while the host is about to leave: it succeeded, and that is never undone', async () => {
    const s = await scene();
    const gate = knife.holdAt(/refunds_open_group/);
    const leaving = t.handle('leaveGroup', { as: s.host, params: { groupId: s.groupId } });
    await gate.reached;
    await check(s.guest, s.last);
    gate.open();
    expect((await leaving).body.code).toBe('GROUP_STATE');
    expect(await end(s)).toEqual({ group: 'succeeded', orders: ['paid', 'paid'] });
  });

  /** The last of three has paid; the save that completes the group waits, decided on the seats of now. */
  async function completing() {
    const { dealId } = await m.addDeal({ group: standard({ size: 3, hostBenefitFen: 0 }) });
    const [host, a, b] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const first = await openGroup(t, m, host, { dealId });
    const { groupId } = first;
    const second = await join(t, m, a, groupId, { dealId });
    const last = await sit(t, m, b, { groupId }, { dealId });
    await payAtWechat(t, b, last);
    const gate = knife.holdAt(/orders_mark_paid/);
    const paying = check(b, last);
    await gate.reached;
    return { dealId, groupId, seats: [first, second, last], secondLeaves: () => t.ok('leaveGroup', { as: a, params: { groupId } }), goOn: () => (gate.open(), paying) };
  }

  test('one leaves while the completion was decided on the seats before: it is decided again', async () => {
    const { groupId, secondLeaves, goOn } = await completing();
    await secondLeaves();
    expect((await goOn()).body).toMatchObject({ state: 'paid', voucherId: null });
    expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 2, confirmed: 2 });
  });

  test('another has the place of one who left since the completion was decided on: who sits there now has the vouchers', async () => {
    const { dealId, groupId, seats, secondLeaves, goOn } = await completing();
    await secondLeaves();
    const instead = await join(t, m, (await people(t, 1))[0]!, groupId, { dealId });
    await goOn();
    expect(await groupOf(t, groupId)).toMatchObject({ state: 'succeeded', taken: 3, confirmed: 3 });
    const vouchers = await Promise.all([...seats, instead].map(({ orderId }) => vouchersOf(t, orderId)));
    expect(vouchers.map((list) => list.length)).toEqual([1, 0, 1, 1]);
  });

  test('both at the same moment, again and again: one of the two ends', async () => {
    for (let round = 0; round < 6; round += 1) {
      const s = await scene();
      const [leaving] = await Promise.all([t.handle('leaveGroup', { as: s.host, params: { groupId: s.groupId } }), check(s.guest, s.last)]);
      const seen = await end(s);
      expect(leaving.status === 200 ? { group: 'failed', orders: ['refunded', 'cancelled'] } : { group: 'succeeded', orders: ['paid', 'paid'] }).toEqual(seen);
    }
  });
});

test('completing against the deadline: paid in time and heard of twice while it closes, the group succeeded once', async () => {
  await t.sandbox!.control('faults', { notices: { lose: 10_000 } }); // what is heard comes from these calls alone
  for (const hold of [/orders_mark_paid/, /group_buys_begin_closing/, /orders_end/]) {
    const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
    const first = await openGroup(t, m, host);
    const last = await sit(t, m, guest, { groupId: first.groupId });
    await payAtWechat(t, guest, last);
    await t.db.query("UPDATE group_buy SET deadline = date_trunc('second', juke_now()) + interval '1 second' WHERE group_id = $1", [first.groupId]);
    await t.moveTime(1_500);
    const gate = knife.holdAt(hold);
    const first_ = hold.source === 'orders_mark_paid' ? check(guest, last) : closeGroup(t.app, first.groupId);
    await gate.reached;
    await Promise.all([closeGroup(t.app, first.groupId), check(guest, last)]);
    gate.open();
    await first_;
    await t.drain();
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', confirmed: 2 });
    expect(await count(t, 'voucher WHERE order_id = ANY ($1)', [[first.orderId, last.orderId]])).toBe(2);
  }
  await t.sandbox!.control('faults', { reset: true });
});

const pick = fc.nat({ max: 4 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sit' as const), who: pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), who: pick, hears: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), who: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(MINUTE, 6 * MINUTE, 16 * MINUTE, DAY / 2, DAY) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('work' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refund' as const), who: pick }) },
);
test('I-12 any sequence of joining, paying, leaving, waiting and refunding keeps every invariant', async () => {
  const kinds = [await m.addDeal({ group: standard({ size: 3 }) }), await m.addDeal({ group: ladder() })];
  await fc.assert(fc.asyncProperty(fc.nat({ max: 1 }), fc.array(step, { minLength: 4, maxLength: 14 }), async (kind, steps) => {
    const { dealId } = kinds[kind]!;
    const guests = await people(t, 5);
    const { groupId } = await openGroup(t, m, guests[0]!, { dealId });
    const orderOf = async (who: number) => (await t.db.query<{ id: string; payment: string }>(`SELECT order_id AS id, (SELECT payment_id FROM payment p WHERE p.order_id = o.order_id LIMIT 1) AS payment
      FROM guest_order o WHERE group_id = $1 AND buyer_id = $2 ORDER BY placed_at DESC LIMIT 1`, [groupId, guests[who]!.personId]))[0];
    const bugs: string[] = [];
    const call = async (name: Parameters<typeof t.handle>[0], options: Parameters<typeof t.handle>[1]) => {
      const reply = await t.handle(name, options);
      if (reply.status >= 500) bugs.push(`${name} ${JSON.stringify(reply.body)}`);
    };
    for (const s of steps) {
      if (s.do === 'wait') await t.moveTime(s.ms);
      else if (s.do === 'work') await t.drain();
      else {
        const as = guests[s.who]!;
        const order = await orderOf(s.who);
        if (s.do === 'sit') await trySit(t, m, as, { groupId }, kind === 0 ? 9_900 : 11_000, { dealId });
        else if (s.do === 'leave') await call('leaveGroup', { as, params: { groupId } });
        else if (order && s.do === 'cancel') await call('cancelOrder', { as, params: { orderId: order.id } });
        else if (order && s.do === 'pay') {
          await call('payOrder', { as, params: { orderId: order.id }, body: { method: 'jsapi' } });
          await t.sandbox!.control('pay', { out_trade_no: order.payment }).catch(() => undefined);
          if (s.hears) await call('checkPayment', { as, params: { orderId: order.id } });
        } else if (order && s.do === 'refund') {
          const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [order.id]);
          if (voucher) await call('requestRefund', { as, params: { orderId: order.id }, body: { voucherIds: [voucher.id], reason: '不去了' } });
        }
      }
      await checkGreen(t);
    }
    await later(t, DAY);
    await checkGreen(t);
    expect(bugs).toEqual([]);
    const { state } = await groupOf(t, groupId);
    expect(['succeeded', 'failed']).toContain(state);
    expect(await seatsOf(t, groupId)).not.toContain('held');
    // Whoever has no voucher has all of the money back.
    expect(await count(t, `guest_order o WHERE group_id = $1 AND paid_at IS NOT NULL AND refunded_fen < payable_fen AND NOT EXISTS (SELECT FROM voucher v WHERE v.order_id = o.order_id)`, [groupId])).toBe(0);
  }), { numRuns: 20, seed: Number(process.env.FC_SEED ?? 20_261_121), ...(process.env.FC_PATH ? { path: process.env.FC_PATH } : {}) });
});
