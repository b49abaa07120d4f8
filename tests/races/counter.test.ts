/** One voucher, one order, one wallet from several sides at once: F-12 … F-15, I-05, I-14, I-15, I-16, I-18. */
import { reactions } from '../../functions/worker/reactions';
import { drain } from '../../functions/worker/runner';
import { startTestApp, type Market, type Reply, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newKey, newKnife, people, settle, tally } from '../support/faults';
import { account, buy, codeOf, DAY, later, MINUTE, payAtCashier, place, redeem, share, stateOf, vouchersOf, type Bought } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 24 }, dbOptions: knife.dbOptions });
  m = await t.market();
});
afterEach(async () => {
  knife.clear();
  await checkGreen(t);
});
afterAll(() => t.stop());

const one = async () => (await people(t, 1))[0]!;
const scan = async (voucherId: string, as = m.clerk, key?: string): Promise<Reply> =>
  t.handle('redeemVoucher', { as, ...(key ? { key } : {}), params: { storeId: m.storeId }, body: { code: await codeOf(t, voucherId) } });
const giveBack = (buyer: TestPerson, order: Bought, voucherIds = order.voucherIds): Promise<Reply> =>
  t.handle('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds, reason: '计划有变' } });
const undo = (redemptionId: string): Promise<Reply> => t.handle('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
const postings = (orderId: string, kind: string) => count(t, "posting p JOIN journal j USING (journal_id) WHERE p.order_id = $1 AND j.kind = $2", [orderId, kind]);
/** Brought by a sharer, bought, `quantity` vouchers. */
async function brought(quantity = 1, sharer?: TestPerson, friend?: TestPerson) {
  const [a, b] = [sharer ?? (await one()), friend ?? (await one())];
  const order = await buy(t, m, b, { quantity, shareToken: await share(t, m, a) });
  return { sharer: a, friend: b, ...order };
}

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

/** Served, split and past the hold: the reward is due at the next drain. */
async function matured(quantity = 1, sharer?: TestPerson) {
  const order = await brought(quantity, sharer);
  for (const id of order.voucherIds) await redeem(t, m, id);
  await later(t, 6 * MINUTE);
  await t.moveTime(7 * DAY);
  return order;
}

test('I-18 release against an asked after-sale at once: paid out and clawed back, or never paid out', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = await matured();
    const ask = () => t.handle('requestAfterSale', { as: order.friend, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
    const [reply] = await Promise.all([ask(), t.drain(), t.drain()]);
    expect(reply.status).toBe(200);
    const before = (await stateOf(t, 'reward', 'order_id', order.orderId))[0];
    await checkGreen(t);
    // Silence accepts, while the manager answers at the same moment.
    await t.moveTime(2 * DAY);
    await Promise.all([t.handle('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId: reply.body.refundId }, body: { accept: true, reason: '抱歉' } }), t.drain()]);
    await settle(t);
    expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded']);
    expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual([before === 'available' ? 'clawed_back' : 'cancelled']);
    for (const kind of ['reward-pending', 'reward-available', 'reward-debt']) expect(await account(t, kind, order.sharer.personId)).toBe(0);
  }
});

test('I-18 decided to release, then disputed: the reward stays where it is', async () => {
  const order = await matured();
  const gate = knife.holdAt(/referrals_release/);
  const drained = t.drain();
  await gate.reached;
  const { refundId } = await t.ok('requestAfterSale', { as: order.friend, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  gate.open();
  await drained;
  knife.clear();
  await settle(t);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['pending']);
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: false, reason: '不符合' } });
  await settle(t);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['available']);
});

test.each(['an earlier one is accepted', 'its use is undone'])('I-15 an after-sale that is asked for while %s: refused, the voucher goes back once', async (what) => {
  const order = await brought(2);
  const [first] = order.voucherIds;
  const { redemptionId } = await redeem(t, m, first!);
  const ask = () => t.handle('requestAfterSale', { as: order.friend, params: { voucherId: first! }, body: { reason: '菜不新鲜' } });
  const earlier = what.startsWith('an earlier') ? (await ask()).body.refundId as string : null;
  const gate = knife.holdAt(/refunds_request/);
  const asked = ask();
  await gate.reached;
  if (earlier) await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId: earlier }, body: { accept: true, reason: '抱歉' } });
  else await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
  gate.open();
  expect((await asked).body.code).toBe('REFUND_STATE');
  knife.clear();
  await settle(t);
  expect(await t.db.query('SELECT refund_id AS id, state FROM refund WHERE order_id = $1', [order.orderId])).toEqual(earlier ? [{ id: earlier, state: 'succeeded' }] : []);
});

test('I-15 accepted while the use is undone: refused at once, the guest has the voucher again', async () => {
  const order = await brought();
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  const { refundId } = await t.ok('requestAfterSale', { as: order.friend, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  const gate = knife.holdAt(/refunds_answer/);
  const accepted = t.handle('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  await gate.reached;
  expect((await undo(redemptionId)).status).toBe(200);
  gate.open();
  expect((await accepted).body.code).toBe('REFUND_STATE');
  await settle(t);
  expect([await stateOf(t, 'refund', 'refund_id', refundId), await stateOf(t, 'voucher', 'order_id', order.orderId)]).toEqual([['declined'], ['issued']]);
});

test('I-15 accept against decline against time at once: one answer', async () => {
  for (let round = 0; round < 4; round += 1) {
    const order = await brought();
    await redeem(t, m, order.voucherIds[0]!);
    await later(t, 6 * MINUTE);
    const { refundId } = await t.ok('requestAfterSale', { as: order.friend, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
    await t.moveTime(2 * DAY);
    const answer = (accept: boolean) => t.handle('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept, reason: '看过了' } });
    const replies = await Promise.all([answer(true), answer(false), t.drain()]);
    expect(replies.slice(0, 2).filter((r) => (r as Reply).status === 200).length).toBeLessThanOrEqual(1);
    await settle(t);
    const [state] = await stateOf(t, 'refund', 'refund_id', refundId);
    expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual([state === 'declined' ? 'redeemed' : 'refunded']);
  }
});

test('I-19 two after-sales of one order funded at once: commission, fee and reward come back to the fen', async () => {
  for (const pick of [[0, 1], [2, 0], [1, 2]]) {
    // 10,100 × 3 less the friend discount does not divide: each part rounds, the sum must not.
    const { dealId } = await m.addDeal({ priceFen: 10_101, friendDiscountFen: 0, rebateBps: 0, commissionBps: 333 });
    const buyer = await one();
    const order = await buy(t, m, buyer, { dealId, quantity: 3 });
    for (const id of order.voucherIds) await redeem(t, m, id);
    const ids: string[] = [];
    for (const i of pick) {
      const { refundId } = await t.ok('requestAfterSale', { as: buyer, params: { voucherId: order.voucherIds[i]! }, body: { reason: '菜不新鲜' } });
      await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
      ids.push(refundId);
    }
    const { 'fund-refund': _, ...others } = reactions;
    await t.moveTime(6 * MINUTE);
    for (let look = 0; look < 3; look += 1) {
      await drain(t.app, { only: others });
      await t.sandbox!.control('flush');
      await t.moveTime(15_000);
    }
    expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
    // Both decide before either saves.
    let waiting = 0;
    let go = () => undefined as void;
    const both = new Promise<void>((done) => (go = done));
    knife.use({ before: (sql) => (/settlement_fund_refund/.test(sql) && waiting < 2 ? ((waiting += 1) === 2 && go(), both) : undefined) });
    await settle(t);
    knife.clear();
    expect(waiting).toBe(2);
    await settle(t);
    for (const id of ids) expect(await stateOf(t, 'refund', 'refund_id', id)).toEqual(['succeeded']);
    const sum = async (kind: string) => (await t.db.query<{ fen: number }>('SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM posting WHERE order_id = $1 AND account_kind = $2', [order.orderId, kind]))[0]!.fen;
    // What is left is what an order of one such voucher would have had.
    expect({ platform: await sum('platform-fee'), fee: await sum('provider-fee') }).toEqual({ platform: Math.floor(10_101 * 0.0333), fee: Math.round(10_101 * 0.006) });
  }
});

test('I-19 an after-sale funded from what lies frozen while the other voucher is used, or goes back: the fee and the split to the fen', async () => {
  for (const [way, first] of [['use', 'fund'], ['use', 'other'], ['back', 'fund'], ['back', 'other']] as const) {
    const { dealId } = await m.addDeal({ priceFen: 10_101, friendDiscountFen: 0, rebateBps: 0, commissionBps: 333 });
    const buyer = await one();
    const order = await buy(t, m, buyer, { dealId, quantity: 2 });
    await redeem(t, m, order.voucherIds[0]!);
    const { refundId } = await t.ok('requestAfterSale', { as: buyer, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
    await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
    // Decided both, then saved in this order.
    const saves = { fund: /settlement_fund_frozen/, other: way === 'use' ? /vouchers_redeem/ : /refunds_open\(/ };
    const gate = knife.holdAt(saves[first === 'fund' ? 'other' : 'fund']);
    const other = () => (way === 'use' ? redeem(t, m, order.voucherIds[1]!)
      : t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[1]!], reason: '不去了' } }));
    const held = first === 'fund' ? other() : t.drain();
    await gate.reached;
    await (first === 'fund' ? t.drain() : other());
    gate.open();
    await held;
    knife.clear();
    await settle(t);
    await later(t, 6 * MINUTE);
    for (let i = 0; i < 2; i += 1) await settle(t);
    expect([way, first, await stateOf(t, 'refund', 'refund_id', refundId)]).toEqual([way, first, ['succeeded']]);
    const sum = async (kind: string) => (await t.db.query<{ fen: number }>('SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM posting WHERE order_id = $1 AND account_kind = $2', [order.orderId, kind]))[0]!.fen;
    const kept = way === 'use' ? { platform: Math.floor(10_101 * 0.0333), fee: Math.round(10_101 * 0.006) } : { platform: 0, fee: 0 };
    expect({ platform: await sum('platform-fee'), fee: await sum('provider-fee'), frozen: await sum('merchant-frozen') }).toEqual({ ...kept, frozen: 0 });
    await checkGreen(t);
  }
});

test('split against undo: decided while an undo is under way, the split waits for the truth', async () => {
  const order = await brought();
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  await t.moveTime(4 * MINUTE);
  // The undo is inside its window, but its save takes so long that the window is over when it commits.
  const gate = knife.holdAt(/vouchers_undo/, 'after');
  const { Client } = await import('pg');
  const slow = new Client({ connectionString: t.url });
  await slow.connect();
  const [set] = await t.db.query<{ version: number }>('SELECT version FROM voucher_set WHERE order_id = $1', [order.orderId]);
  await slow.query('BEGIN');
  await slow.query('SELECT vouchers_undo($1::jsonb)', [JSON.stringify({ redemptionId, storeId: m.storeId, merchantId: m.merchantId, by: m.clerkStaffId, setVersion: set!.version, rewardPaidFen: order.payableFen, rewardFen: 944 })]);
  gate.open();
  knife.clear();
  await t.moveTime(2 * MINUTE);
  const drained = t.drain();
  await new Promise((done) => setTimeout(done, 300));
  await slow.query('COMMIT');
  await slow.end();
  await drained;
  await settle(t);
  expect(await stateOf(t, 'voucher', 'order_id', order.orderId)).toEqual(['issued']);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual([]);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
  // Served after all: the split is made for what was really used.
  await redeem(t, m, order.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
});

test('I-05 withdrawals at once, with one key and with many: the wallet never falls below 0', async () => {
  for (let round = 0; round < 3; round += 1) {
    const order = await matured();
    await t.drain();
    const ask = (key?: string) => t.handle('requestWithdrawal', { as: order.sharer, ...(key ? { key } : {}), body: { amountFen: 700 } });
    const replies = await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect(tally(replies).ok).toBe(1);
    expect(replies.filter((r) => r.status !== 200).every((r) => ['WITHDRAWAL_OPEN', 'WALLET_SHORT'].includes(r.body.code))).toBe(true);
    expect(await account(t, 'reward-available', order.sharer.personId)).toBe(244);
    const { withdrawalId } = replies.find((r) => r.status === 200)!.body;
    // WeChat fails it while the person, the worker and the notice look at once: the money comes back once.
    await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/fail`);
    await Promise.all([t.drain(), ...Array.from({ length: 4 }, () => t.handle('getWithdrawal', { as: order.sharer, params: { withdrawalId } })), t.sandbox!.control('flush')]);
    await settle(t);
    expect(await stateOf(t, 'withdrawal', 'withdrawal_id', withdrawalId)).toEqual(['failed']);
    expect(await account(t, 'reward-available', order.sharer.personId)).toBe(944);
    const key = newKey();
    const same = await Promise.all(Array.from({ length: 6 }, () => ask(key)));
    expect(tally(same)).toEqual({ ok: 6 });
    expect(new Set(same.map((r) => r.body.withdrawalId)).size).toBe(1);
    expect(await account(t, 'reward-available', order.sharer.personId)).toBe(244);
  }
});

test('A-06 a claw-back decided while another reward is released: no wallet keeps money beside a debt', async () => {
  const sharer = await one();
  const first = await matured(1, sharer);
  await t.drain();
  expect(await account(t, 'reward-available', sharer.personId)).toBe(944);
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 944 } });
  await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/confirm`);
  await settle(t);
  const second = await matured(1, sharer);
  await t.db.query("UPDATE fact SET due_at = due_at + interval '1 hour' WHERE kind = 'reward.pending' AND subject IN (SELECT reward_id FROM reward WHERE order_id = $1)", [second.orderId]);
  // The first is given back: all of it would become debt, because the wallet is empty. At that moment the second is released.
  const gate = knife.holdAt(/settlement_fund_refund/);
  const { refundId } = await t.ok('requestAfterSale', { as: first.friend, params: { voucherId: first.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  const drained = t.drain();
  await gate.reached;
  const { releaseReward } = await import('../../functions/referrals');
  const [{ id }] = await t.db.query('SELECT reward_id AS id FROM reward WHERE order_id = $1', [second.orderId]) as [{ id: string }];
  await releaseReward(t.app, id).catch(() => null);
  gate.open();
  await drained;
  knife.clear();
  await settle(t);
  expect(await stateOf(t, 'reward', 'order_id', first.orderId)).toEqual(['clawed_back']);
  expect({ available: await account(t, 'reward-available', sharer.personId), debt: await account(t, 'reward-debt', sharer.personId) }).toEqual({ available: 0, debt: 0 });
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
