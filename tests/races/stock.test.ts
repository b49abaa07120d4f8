/** Many buyers, few units, real connections: I-10, I-22, A-34, F-16, F-20. Whatever wins, the counts are exact. */
import { SNAPSHOT_MS } from '../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newKey, people, settle, stockOf, tally, tryPlace } from '../support/faults';
import { buy, MINUTE, payAtCashier, paymentOf, place, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 24 } });
  m = await t.market();
});
afterEach(() => checkGreen(t));
afterAll(() => t.stop());
beforeEach(() => t.sandbox!.control('faults', { reset: true }));

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const cancel = (orderId: string, as: TestPerson) => t.handle('cancelOrder', { as, params: { orderId } });

test('I-10 64 buyers at once never get more than the 7 units, also while orders are cancelled, expire and are paid', async () => {
  const { dealId } = await m.addDeal({ stock: 7 });
  const buyers = await people(t, 64);
  const rush = async (who: typeof buyers) => Promise.all(who.map(async (buyer) => ({ buyer, ...(await tryPlace(t, m, buyer, { dealId })) })));

  const first = await rush(buyers);
  expect(tally(first)).toEqual({ ok: 7, SOLD_OUT: 57 });
  expect(await stockOf(t, dealId)).toEqual({ stocked: 7, available: 0, held: 7, sold: 0 });

  // Three cancel and two pay while everybody else keeps trying.
  const winners = first.filter((r) => r.status === 200);
  const losers = first.filter((r) => r.status !== 200).map((r) => r.buyer);
  const [, , more] = await Promise.all([
    Promise.all(winners.slice(0, 3).map((w) => cancel(w.body.orderId, w.buyer))),
    Promise.all(winners.slice(3, 5).map(async (w) => {
      await t.ok('payOrder', { as: w.buyer, params: { orderId: w.body.orderId }, body: { method: 'jsapi' } });
      await payAtCashier(t, await paymentOf(t, w.body.orderId));
      return t.ok('checkPayment', { as: w.buyer, params: { orderId: w.body.orderId } });
    })),
    rush(losers),
  ]);
  const taken = more.filter((r) => r.status === 200).length;
  expect(taken).toBeLessThanOrEqual(3);
  expect(await stockOf(t, dealId)).toEqual({ stocked: 7, available: 3 - taken, held: 2 + taken, sold: 2 });

  // What was not paid expires, by two workers at once, while others keep trying.
  await t.moveTime(16 * MINUTE);
  await Promise.all([t.drain(), t.drain(), rush(losers.slice(0, 20))]);
  await t.drain();
  const now = await stockOf(t, dealId);
  expect(now).toMatchObject({ stocked: 7, sold: 2 });
  expect(now.available + now.held).toBe(5);

  // The gate that is closed from memory opens again, and everything that came back is sold exactly once.
  await pause(SNAPSHOT_MS + 50);
  const last = await rush(losers.slice(20));
  expect(tally(last).ok).toBe(now.available);
  expect(await stockOf(t, dealId)).toEqual({ stocked: 7, available: 0, held: now.held + now.available, sold: 2 });
});

test('I-10 two units asked for by many: nobody gets a part of an order', async () => {
  const { dealId } = await m.addDeal({ stock: 5 });
  const replies = await Promise.all((await people(t, 12)).map((buyer) => tryPlace(t, m, buyer, { dealId, quantity: 2 })));
  expect(tally(replies)).toEqual({ ok: 2, SOLD_OUT: 10 });
  expect(await stockOf(t, dealId)).toEqual({ stocked: 5, available: 1, held: 4, sold: 0 });
});

test('the limit per person holds when one person orders many times at once', async () => {
  const { dealId } = await m.addDeal({ perPersonLimit: 3 });
  const [buyer] = await people(t, 1);
  for (let have = 0; have < 3; have += 1) {
    const replies = await Promise.all(Array.from({ length: 6 }, () => tryPlace(t, m, buyer!, { dealId })));
    expect(tally(replies)).toEqual({ ok: 1, UNPAID_ORDER_EXISTS: 5 });
    const { orderId } = replies.find((r) => r.status === 200)!.body;
    await t.ok('payOrder', { as: buyer!, params: { orderId }, body: { method: 'jsapi' } });
    await payAtCashier(t, await paymentOf(t, orderId));
    await t.ok('checkPayment', { as: buyer!, params: { orderId } });
  }
  expect(tally(await Promise.all(Array.from({ length: 6 }, () => tryPlace(t, m, buyer!, { dealId }))))).toEqual({ LIMIT_PER_PERSON: 6 });
  expect(await stockOf(t, dealId)).toMatchObject({ held: 0, sold: 3 });
});

test('the limit per person holds between what is given back and what is ordered anew', async () => {
  const { dealId } = await m.addDeal({ perPersonLimit: 2 });
  const [buyer] = await people(t, 1);
  const order = await buy(t, m, buyer!, { dealId, quantity: 2 });
  const refund = (voucherId: string) => t.handle('requestRefund', { as: buyer!, params: { orderId: order.orderId }, body: { voucherIds: [voucherId], reason: '计划有变' } });
  const [a, b, ...placed] = await Promise.all([refund(order.voucherIds[0]!), refund(order.voucherIds[1]!), ...Array.from({ length: 6 }, () => tryPlace(t, m, buyer!, { dealId, quantity: 2 }))]);
  expect([a!.status, b!.status]).toEqual([200, 200]);
  expect(tally(placed).ok ?? 0).toBeLessThanOrEqual(1);
  await t.drain();
});

test('A-34 one unpaid order of a person and a deal; the refusal names it', async () => {
  const [buyer] = await people(t, 1);
  const replies = await Promise.all(Array.from({ length: 8 }, () => tryPlace(t, m, buyer!)));
  expect(tally(replies)).toEqual({ ok: 1, UNPAID_ORDER_EXISTS: 7 });
  const { orderId } = replies.find((r) => r.status === 200)!.body;
  expect(replies.filter((r) => r.status !== 200).map((r) => r.body.details.orderId)).toEqual(Array(7).fill(orderId));
});

test('I-22 the same key at once: one order, one answer; another body under it is refused', async () => {
  const [buyer] = await people(t, 1);
  const key = newKey();
  const replies = await Promise.all(Array.from({ length: 12 }, () => tryPlace(t, m, buyer!, { key })));
  expect(tally(replies)).toEqual({ ok: 12 });
  expect(new Set(replies.map((r) => JSON.stringify(r.body))).size).toBe(1);
  expect(await count(t, 'guest_order WHERE buyer_id = $1', [buyer!.personId])).toBe(1);
  expect(await tryPlace(t, m, buyer!, { key, quantity: 2 })).toMatchObject({ status: 422, body: { code: 'KEY_REUSED' } });
});

test('I-22 an accepted key answers the same when the order was long paid, and orders nothing more', async () => {
  const [buyer] = await people(t, 1);
  const key = newKey();
  const first = await tryPlace(t, m, buyer!, { key });
  await t.ok('payOrder', { as: buyer!, params: { orderId: first.body.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, await paymentOf(t, first.body.orderId));
  await t.ok('checkPayment', { as: buyer!, params: { orderId: first.body.orderId } });
  const again = await Promise.all(Array.from({ length: 4 }, () => tryPlace(t, m, buyer!, { key })));
  for (const reply of again) expect(reply.body).toEqual(first.body);
  expect(await count(t, 'guest_order WHERE buyer_id = $1', [buyer!.personId])).toBe(1);
});

test('I-22 two bodies under one key at once: one wins, the other is told so', async () => {
  for (let round = 0; round < 6; round += 1) {
    const [buyer] = await people(t, 1);
    const key = newKey();
    const replies = await Promise.all([1, 2].map((quantity) => tryPlace(t, m, buyer!, { key, quantity })));
    expect(tally(replies)).toEqual({ ok: 1, KEY_REUSED: 1 });
    expect(await count(t, 'guest_order WHERE buyer_id = $1', [buyer!.personId])).toBe(1);
  }
});

test('I-22 the same keys of paying, cancelling and giving back at once answer the same', async () => {
  const [buyer, other] = await people(t, 2);
  const { orderId } = await place(t, m, buyer!);
  const many = (call: () => Promise<{ status: number; body: unknown }>) => Promise.all(Array.from({ length: 6 }, call));
  const same = (replies: { status: number; body: unknown }[]) => {
    expect(replies.map((r) => r.status)).toEqual(Array(6).fill(200));
    expect(new Set(replies.map((r) => JSON.stringify(r.body))).size).toBe(1);
  };
  const [payKey, backKey, cancelKey] = [newKey(), newKey(), newKey()];
  same(await many(() => t.handle('payOrder', { as: buyer!, key: payKey, params: { orderId }, body: { method: 'jsapi' } })));
  await payAtCashier(t, await paymentOf(t, orderId));
  await t.ok('checkPayment', { as: buyer!, params: { orderId } });
  const [{ id }] = await t.db.query('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [orderId]) as [{ id: string }];
  same(await many(() => t.handle('requestRefund', { as: buyer!, key: backKey, params: { orderId }, body: { voucherIds: [id], reason: '计划有变' } })));
  expect(await count(t, 'refund WHERE order_id = $1', [orderId])).toBe(1);
  const second = await place(t, m, other!);
  same(await many(() => t.handle('cancelOrder', { as: other!, key: cancelKey, params: { orderId: second.orderId } })));
  await t.drain();
});

test('F-20 a save that fails at its last step leaves nothing: no order, no key, no fact, no count', async () => {
  const { dealId } = await m.addDeal({ stock: 3 });
  const [buyer] = await people(t, 1);
  const key = newKey();
  await t.db.query(`CREATE FUNCTION test_refuse_stock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the last step fails'; END $$`);
  await t.db.query(`CREATE TRIGGER test_refuse AFTER UPDATE ON deal_stock FOR EACH ROW WHEN (NEW.deal_id = '${dealId}') EXECUTE FUNCTION test_refuse_stock()`);
  const facts = await count(t, 'fact');
  expect(await tryPlace(t, m, buyer!, { dealId, key })).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
  for (const left of ['guest_order WHERE buyer_id = $1', 'deal_buyer WHERE person_id = $1', 'idempotency WHERE actor = $1', 'event WHERE person_id = $1 AND what = \'order.placed\'']) {
    expect([left, await count(t, left, [buyer!.personId])]).toEqual([left, 0]);
  }
  expect(await count(t, 'fact')).toBe(facts);
  expect(await stockOf(t, dealId)).toEqual({ stocked: 3, available: 3, held: 0, sold: 0 });
  await t.db.query('DROP TRIGGER test_refuse ON deal_stock');
  expect((await tryPlace(t, m, buyer!, { dealId, key })).status).toBe(200);
});

test('F-16 cancel against pay, notice and query at once: paid with a voucher, or cancelled and given back in full', async () => {
  const buyers = await people(t, 12);
  await t.sandbox!.control('faults', { notices: { hold: true } });
  const orders = await Promise.all(buyers.map((buyer) => buy(t, m, buyer, { pay: false })));
  await Promise.all(orders.map((o, i) => t.ok('payOrder', { as: buyers[i]!, params: { orderId: o.orderId }, body: { method: 'jsapi' } })));
  await Promise.all(orders.map((o) => payAtCashier(t, o.paymentId)));
  await Promise.all([
    ...orders.map((o, i) => cancel(o.orderId, buyers[i]!)), t.sandbox!.control('flush'),
    ...orders.map((o, i) => t.handle('checkPayment', { as: buyers[i], params: { orderId: o.orderId } })),
  ]);
  await t.sandbox!.control('flush');
  await settle(t);
  for (const o of orders) {
    const [state] = await stateOf(t, 'guest_order', 'order_id', o.orderId);
    const [vouchers, refunds] = [await count(t, 'voucher WHERE order_id = $1', [o.orderId]), await stateOf(t, 'refund', 'order_id', o.orderId)];
    expect({ state, vouchers, refunds }).toEqual(state === 'paid' ? { state, vouchers: 1, refunds: [] } : { state: 'cancelled', vouchers: 0, refunds: ['succeeded'] });
  }
});

test('F-16 expiry against pay at once, by two workers: one outcome each', async () => {
  const { dealId } = await m.addDeal({ stock: 12 });
  const buyers = await people(t, 12);
  await t.sandbox!.control('faults', { notices: { hold: true } });
  const orders = await Promise.all(buyers.map((buyer) => buy(t, m, buyer, { pay: false, dealId })));
  await Promise.all(orders.map((o, i) => t.ok('payOrder', { as: buyers[i]!, params: { orderId: o.orderId }, body: { method: 'jsapi' } })));
  await Promise.all(orders.map((o) => payAtCashier(t, o.paymentId)));
  // WeChat cannot be asked, so what decides is who comes first: the notice or the end of the order.
  await t.sandbox!.control('faults', { endpoints: [{ endpoint: 'query', fault: 'http500', times: 500 }] });
  await t.moveTime(15 * MINUTE + 1_000);
  await Promise.all([t.drain(), t.sandbox!.control('flush'), t.drain()]);
  await t.sandbox!.control('faults', { reset: true });
  await t.sandbox!.control('flush');
  await settle(t);
  const states = await Promise.all(orders.map(async (o) => (await stateOf(t, 'guest_order', 'order_id', o.orderId))[0]!));
  for (const [i, o] of orders.entries()) {
    expect([states[i], await stateOf(t, 'refund', 'order_id', o.orderId)]).toEqual(states[i] === 'paid' ? ['paid', []] : ['expired', ['succeeded']]);
  }
  const paid = states.filter((s) => s === 'paid').length;
  expect(await stockOf(t, dealId)).toEqual({ stocked: 12, available: 12 - paid, held: 0, sold: paid });
});
