/** One voucher, one order, one wallet from several sides at once: F-12 … F-15, I-08, I-14, I-15, I-16. After-sales: after-sales.test.ts. */
import { CODE_MISSES_MAX } from '../../functions/contract/limits';
import { startTestApp, type Market, type Reply, type TestApp, type TestPerson } from '../support/app';
import { buyBrought, checkGreen, count, keepGreen, newKey, newKnife, people, settle, tally } from '../support/faults';
import { account, buy, codeOf, DAY, MINUTE, payAtCashier, place, redeem, share, stateOf, vouchersOf, type Bought } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 56 }, dbOptions: knife.dbOptions });
  m = await t.market();
});
keepGreen(() => t, knife);

const one = async () => (await people(t, 1))[0]!;
const scan = async (voucherId: string, as = m.clerk): Promise<Reply> =>
  t.handle('redeemVoucher', { as, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucherId) } });
const giveBack = (buyer: TestPerson, order: Bought, voucherIds = order.voucherIds): Promise<Reply> =>
  t.handle('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds, reason: '计划有变' } });
const undo = (redemptionId: string): Promise<Reply> => t.handle('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
const postings = (orderId: string, kind: string) => count(t, "posting p JOIN journal j USING (journal_id) WHERE p.order_id = $1 AND j.kind = $2", [orderId, kind]);
const brought = (quantity?: number) => buyBrought(t, m, quantity);

test('I-14 F-12 twelve staff scan one voucher: one success, the others hear when and where', async () => {
  const staff = await people(t, 11);
  await Promise.all(staff.map((p) => t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: p.phone!, storeId: m.storeId, role: 'clerk' } })));
  for (let round = 0; round < 3; round += 1) {
    const { voucherIds: [voucher] } = await buy(t, m, await one());
    const replies = await Promise.all([m.clerk, ...staff].map((who) => scan(voucher!, who)));
    expect(tally(replies)).toEqual({ ok: 1, VOUCHER_ALREADY_REDEEMED: 11 });
    for (const { status, body } of replies) if (status !== 200) expect(body.details).toEqual({ at: expect.stringMatching(/^\d+-\d+ \d\d:\d\d$/), atMs: expect.any(Number), store: '南京东路店' });
    expect(await count(t, 'redemption WHERE voucher_id = $1', [voucher])).toBe(1);
  }
});

test('I-14 decided on an unused voucher, saved too late: the second clerk is told, nothing is used twice', async () => {
  const order = await brought();
  const gate = knife.holdAt(/vouchers_redeem/);
  const slow = scan(order.voucherIds[0]!);
  await gate.reached;
  const fast = await scan(order.voucherIds[0]!, m.manager);
  gate.open();
  expect([fast.status, (await slow).body.code]).toEqual([200, 'VOUCHER_ALREADY_REDEEMED']);
  expect(await postings(order.orderId, 'reward.pending')).toBe(2);
});

test('F-13 a clerk repeats after a lost answer: the same success, also when the code is old by then, and no miss is counted', async () => {
  const { voucherIds: [voucher] } = await buy(t, m, await one());
  const [key, code] = [newKey(), await codeOf(t, voucher!, 'typed')];
  const call = () => t.handle('redeemVoucher', { as: m.clerk, key, params: { storeId: m.storeId }, body: { code } });
  const first = await call();
  expect(first.status).toBe(200);
  const atOnce = await Promise.all(Array.from({ length: 5 }, call));
  await t.moveTime(10 * MINUTE);
  for (let again = 0; again < 7; again += 1) atOnce.push(await call());
  for (const reply of atOnce) expect([reply.status, reply.body.redemptionId]).toEqual([200, first.body.redemptionId]);
  expect(await count(t, 'redemption WHERE voucher_id = $1', [voucher])).toBe(1);
});

test('A-10 fifty guesses of one clerk at the same moment: five are told as misses, all others find the lock, the right one too', async () => {
  const { voucherIds: [voucher] } = await buy(t, m, await one());
  const clerk = await one();
  await t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: clerk.phone!, storeId: m.storeId, role: 'clerk' } });
  const guess = (code: string) => t.handle('redeemVoucher', { as: clerk, params: { storeId: m.storeId }, body: { code } });
  // Each is decided before any of them is counted, on a connection of its own.
  let here = 0;
  let go = () => undefined as void;
  const all = new Promise<void>((done) => (go = done));
  let last = () => undefined as void;
  const missed = new Promise<void>((done) => (last = done));
  knife.use({ before: async (sql) => {
    if (!/vouchers_(count_miss|redeem)/.test(sql)) return;
    here += 1;
    if (here === 50) go();
    await all;
    if (/vouchers_redeem/.test(sql)) await missed;
  } });
  const right = codeOf(t, voucher!).then(guess);
  const wrong = await Promise.all(Array.from({ length: 49 }, (_, i) => guess(String(100_000_000_000 + i))));
  expect(tally(wrong)).toEqual({ CODE_UNKNOWN: CODE_MISSES_MAX, CODE_LOCKED: 49 - CODE_MISSES_MAX });
  last();
  expect((await right).body).toMatchObject({ code: 'CODE_LOCKED', retryAfterMs: expect.any(Number) });
  expect(await stateOf(t, 'voucher', 'voucher_id', voucher!)).toEqual(['issued']);
  expect(await count(t, "alarm WHERE kind = 'code.guessing' AND subject LIKE $1 || ':%'", [clerk.personId])).toBe(1);
});

test('the last two vouchers of an order at once: both used, the order is served once, one reward on both', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = await brought(2);
    const replies = await Promise.all(order.voucherIds.map((id, i) => scan(id, i ? m.manager : m.clerk)));
    expect(tally(replies)).toEqual({ ok: 2 });
    expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['pending']);
    expect(await account(t, 'reward-pending', order.sharer.personId)).toBe(Math.floor(order.payableFen * 0.08));
    expect(await count(t, "fact WHERE subject = $1 AND kind = 'order.served'", [order.orderId])).toBe(1);
  }
});

test('both decided on the same set: the second decides anew and closes the order', async () => {
  const order = await brought(2);
  const gate = knife.holdAt(/vouchers_redeem/);
  const slow = scan(order.voucherIds[0]!);
  await gate.reached;
  expect((await scan(order.voucherIds[1]!, m.manager)).status).toBe(200);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['expected']);
  gate.open();
  expect((await slow).status).toBe(200);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['pending']);
});

test('F-14 I-15 redeem against refund at once: exactly one, the other refused by state', async () => {
  for (let round = 0; round < 8; round += 1) {
    const order = await brought();
    const [used, back] = await Promise.all([scan(order.voucherIds[0]!), giveBack(order.friend, order)]);
    expect([used.status, back.status].sort()).toEqual([200, 409]);
    expect(used.status === 200 ? back.body.code : used.body.code).toBe(used.status === 200 ? 'NOTHING_TO_REFUND' : 'VOUCHER_REFUNDED');
    await settle(t);
    expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual([used.status === 200 ? 'redeemed' : 'refunded']);
    expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual([used.status === 200 ? 'pending' : 'cancelled']);
  }
});

test.each([['redeem waits, refund wins', /vouchers_redeem/], ['refund waits, redeem wins', /refunds_open/]])('F-14 %s', async (_name, match) => {
  const order = await brought();
  const gate = knife.holdAt(match);
  const calls = { redeem: () => scan(order.voucherIds[0]!), refund: () => giveBack(order.friend, order) };
  const isRedeemSlow = match.source === 'vouchers_redeem';
  const slow = isRedeemSlow ? calls.redeem() : calls.refund();
  await gate.reached;
  expect((await (isRedeemSlow ? calls.refund() : calls.redeem())).status).toBe(200);
  gate.open();
  expect((await slow).body.code).toBe(isRedeemSlow ? 'VOUCHER_REFUNDED' : 'NOTHING_TO_REFUND');
  await settle(t);
});

test('I-15 the same vouchers given back twice at once, and each half of an order at once', async () => {
  const [buyer, other] = await people(t, 2);
  const whole = await buy(t, m, buyer!, { quantity: 3 });
  const replies = await Promise.all(Array.from({ length: 5 }, () => giveBack(buyer!, whole)));
  expect(tally(replies)).toEqual({ ok: 1, NOTHING_TO_REFUND: 4 });
  const halves = await buy(t, m, other!, { quantity: 3 });
  expect(tally(await Promise.all(halves.voucherIds.map((id) => giveBack(other!, halves, [id]))))).toEqual({ ok: 3 });
  await settle(t);
  for (const o of [whole, halves]) expect(await stateOf(t, 'guest_order', 'order_id', o.orderId)).toEqual(['refunded']);
});

test('redeem, undo and refund of one voucher at once, many rounds: one consistent end', async () => {
  for (let round = 0; round < 6; round += 1) {
    const order = await brought(2);
    const first = await redeem(t, m, order.voucherIds[0]!);
    const replies = await Promise.all([undo(first.redemptionId), undo(first.redemptionId), scan(order.voucherIds[1]!), giveBack(order.friend, order, [order.voucherIds[1]!])]);
    expect(replies.map((r) => r.status)).not.toContain(500);
    expect(replies.slice(0, 2).map((r) => r.status).sort()).toEqual([200, 409]);
    expect(replies.slice(2).map((r) => r.status).sort()).toEqual([200, 409]);
    const again = await Promise.all([scan(order.voucherIds[0]!), giveBack(order.friend, order, [order.voucherIds[0]!])]);
    expect(again.map((r) => r.status).sort()).toEqual([200, 409]);
    await settle(t);
    await checkGreen(t);
  }
});

test('F-15 I-25 the last millisecond of a voucher by the database clock: before it is used, at it is not', async () => {
  for (const [offsetMs, expected] of [[-400, 200], [0, 409]] as const) {
    const { voucherIds: [voucher] } = await buy(t, m, await one());
    // The edge itself moves to the database's present: whatever the function's clock says, half-open [from, until) decides.
    await t.db.query("UPDATE voucher SET valid_until = juke_now() + $2::bigint * interval '1 millisecond' WHERE voucher_id = $1", [voucher, offsetMs === 0 ? 0 : 60_000]);
    expect((await scan(voucher!)).status).toBe(expected);
  }
});

test('F-15 decided before the edge, saved after it: not used, and the guest is refunded', async () => {
  const order = await brought();
  const gate = knife.holdAt(/vouchers_redeem/);
  const slow = scan(order.voucherIds[0]!);
  await gate.reached;
  await t.moveTime(31 * DAY);
  gate.open();
  expect((await slow).body.code).toBe('CODE_STALE');
  knife.clear();
  await settle(t);
  expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual(['refunded']);
});

test('F-15 expiry by two workers against redeem at once at the edge: used or given back, never both, never neither', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = await brought(2);
    await t.db.query("UPDATE voucher SET valid_until = juke_now() + interval '40 milliseconds' WHERE order_id = $1", [order.orderId]);
    await t.db.query("UPDATE fact SET due_at = juke_now() + interval '40 milliseconds' WHERE subject = $1 AND kind = 'voucher.expiring'", [order.orderId]);
    const replies = await Promise.all([scan(order.voucherIds[0]!), t.drain(), scan(order.voucherIds[1]!, m.manager), t.drain()]);
    await settle(t);
    const states = await stateOf(t, 'voucher', 'order_id', order.orderId);
    const used = replies.filter((r) => r && (r as Reply).status === 200).length;
    expect(states).toEqual([...Array(used).fill('redeemed'), ...Array(2 - used).fill('refunded')].sort());
  }
});

test('F-15 a guest gives one voucher back while the order expires: the others still go back by themselves', async () => {
  const order = await brought(3);
  // Only this order's turn comes: what else expired is done before it.
  await t.db.query("UPDATE fact SET due_at = due_at + interval '1 day' WHERE subject = $1 AND kind = 'voucher.expiring'", [order.orderId]);
  await t.moveTime(31 * DAY);
  await settle(t);
  await t.moveTime(DAY);
  const gate = knife.holdAt(/FROM voucher_set/);
  const drained = t.drain();
  await gate.reached;
  expect((await giveBack(order.friend, order, [order.voucherIds[0]!])).status).toBe(200);
  gate.open();
  await drained;
  await settle(t);
  expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual(['refunded', 'refunded', 'refunded']);
});

test('F-15 used before the edge, undone after it: the guest is refunded all the same', async () => {
  const order = await brought();
  await t.db.query("UPDATE voucher SET valid_until = juke_now() + interval '2 minutes' WHERE order_id = $1", [order.orderId]);
  await t.db.query("UPDATE fact SET due_at = juke_now() + interval '2 minutes' WHERE subject = $1 AND kind = 'voucher.expiring'", [order.orderId]);
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  await t.moveTime(3 * MINUTE);
  await t.drain();
  expect((await undo(redemptionId)).status).toBe(200);
  await settle(t);
  expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual(['refunded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
});

test('I-16 two orders of one friend paid at once: exactly one reward is expected, the other says repeat', async () => {
  for (let round = 0; round < 4; round += 1) {
    const [sharer, friend] = await people(t, 2);
    const other = await m.addDeal();
    const orders = await Promise.all([m.dealId, other.dealId].map(async (dealId) => {
      const { orderId } = await place(t, m, friend!, { dealId, shareToken: await share(t, m, sharer!, dealId) });
      await t.ok('payOrder', { as: friend!, params: { orderId }, body: { method: 'jsapi' } });
      return orderId;
    }));
    const payments = await t.db.query<{ id: string }>('SELECT payment_id AS id FROM payment WHERE order_id = ANY ($1)', [orders]);
    await Promise.all(payments.map(({ id }) => payAtCashier(t, id)));
    await Promise.all(orders.flatMap((orderId) => [1, 2].map(() => t.handle('checkPayment', { as: friend!, params: { orderId } }))));
    expect(await stateOf(t, 'reward', 'friend_id', friend!.personId)).toEqual(['cancelled', 'expected']);
    expect(await t.db.query('SELECT reason FROM reward WHERE friend_id = $1 AND state = $2', [friend!.personId, 'cancelled'])).toEqual([{ reason: 'repeat' }]);
    expect(await stateOf(t, 'voucher', 'owner_id', friend!.personId)).toEqual(['issued', 'issued']);
  }
});

test('I-08 no save can take a step that is not in the table, nor leave a final state', async () => {
  const order = await brought();
  const step = (table: string, id: string, to: string) => t.db.query(`UPDATE ${table} SET state = $2 WHERE ${id} = $1`, [order.orderId, to]);
  for (const [table, to] of [['guest_order', 'unpaid'], ['guest_order', 'expired'], ['voucher', 'refunded'], ['payment', 'created'], ['reward', 'available']] as const) {
    await expect(step(table, 'order_id', to)).rejects.toThrow(/I-08/);
  }
  await giveBack(order.friend, order);
  await settle(t);
  expect(await t.db.query('SELECT from_state, to_state FROM state_change WHERE subject_id = $1 ORDER BY change_id', [order.orderId])).toEqual([{ from_state: 'unpaid', to_state: 'paid' }, { from_state: 'paid', to_state: 'refunded' }]);
  for (const to of ['paid', 'completed', 'unpaid']) await expect(step('guest_order', 'order_id', to)).rejects.toThrow(/I-08/);
});

test('I-13 vouchers of an order follow it when its buyer pays twice at once', async () => {
  const buyer = await one();
  const order = await buy(t, m, buyer, { pay: false, quantity: 4 });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  await Promise.all([...Array.from({ length: 8 }, () => t.handle('checkPayment', { as: buyer, params: { orderId: order.orderId } })), t.sandbox!.control('flush')]);
  expect(await vouchersOf(t, order.orderId)).toHaveLength(4);
  expect(await postings(order.orderId, 'payment')).toBe(3);
});
