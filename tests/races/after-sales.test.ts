/** After an order was served, from several sides at once: release, after-sale, split, withdrawal, claw-back. I-05, I-15, I-18, I-19, A-06. */
import { reactions } from '../../functions/worker/reactions';
import { drain } from '../../functions/worker/runner';
import { startTestApp, type Market, type Reply, type TestApp, type TestPerson } from '../support/app';
import { buyBrought, checkGreen, keepGreen, newKey, newKnife, people, settle, tally } from '../support/faults';
import { account, buy, DAY, later, MINUTE, redeem, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 24 }, dbOptions: knife.dbOptions });
  m = await t.market();
});
keepGreen(() => t, knife);

const one = async () => (await people(t, 1))[0]!;
const brought = (quantity?: number, sharer?: TestPerson) => buyBrought(t, m, quantity, sharer);
const undo = (redemptionId: string): Promise<Reply> => t.handle('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
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
