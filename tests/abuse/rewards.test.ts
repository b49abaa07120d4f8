/** Farming rebates: by oneself, by a second account, in rings, from one device, by refunding, by tiny orders. A-01 …. */
import { REWARD_MIN_FEN, REWARD_REPEAT_MS, REWARDS_PER_DAY_MAX } from '../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { newKnife } from '../support/faults';
import { account, buy, DAY, later, MINUTE, place, redeem, share } from '../support/trade';

const knife = newKnife();
let t: TestApp;
let m: Market;
let sharer: TestPerson;
let friend: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true, echo: true, dbOptions: knife.dbOptions });
  m = await t.market();
  [sharer, friend] = [await t.person('林小满'), await t.person('周屿')];
});
afterEach(() => t.stop());

const rewardOf = async (orderId: string) => (await t.db.query<{ id: string; state: string; sharer: string; held: string[]; reason: string | null; fen: number }>(
  'SELECT reward_id AS id, state, sharer_id AS sharer, held_for AS held, reason, amount_fen AS fen FROM reward WHERE order_id = $1', [orderId]))[0] ?? null;
const attributionOf = async (orderId: string) => (await t.db.query<{ sharer: string; token: string; discount: number }>(
  'SELECT sharer_id AS sharer, token, friend_discount_fen AS discount FROM attribution WHERE order_id = $1', [orderId]))[0] ?? null;
const brought = async (by: TestPerson, buyer: TestPerson) => buy(t, m, buyer, { shareToken: await share(t, m, by) });
/** Served, split, and the hold is over: whatever may be released is. */
async function ripen(...orders: { voucherIds: string[] }[]) {
  for (const order of orders) for (const id of order.voucherIds) await redeem(t, m, id);
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY + MINUTE);
}

test('A-01 one\'s own share counts for nobody; the order goes on at the full price', async () => {
  const token = await share(t, m, sharer);
  await t.ok('openShare', { as: sharer, params: { token }, body: { surface: 'weapp', visitorId: sharer.deviceId } });
  const quote = await t.ok('quoteOrder', { as: sharer, body: { dealId: m.dealId, quantity: 1, shareToken: token } });
  expect([quote.sharer, quote.savedFen]).toEqual([null, 0]);
  const body = { dealId: m.dealId, quantity: 1, termsVersion: 1, surface: 'weapp' as const, shareToken: token };
  expect(await t.refused('placeOrder', { as: sharer, body: { ...body, expectedPayableFen: 11_800 } })).toMatchObject({ code: 'PRICE_CHANGED' });
  const { orderId } = await t.ok('placeOrder', { as: sharer, body: { ...body, expectedPayableFen: 12_800 } });
  expect([await attributionOf(orderId), await rewardOf(orderId)]).toEqual([null, null]);
});

test.each([
  ['the same device', async () => ({ second: await t.person('小号', { deviceId: sharer.deviceId }), flag: 'same_device' })],
  ['the same payer', async () => ({ second: await t.person('小号'), payer: '林小满', flag: 'same_payer' })],
])('A-02 a second account with %s: held and flagged, released only by the operator', async (_, make) => {
  const { second, payer, flag } = await make() as { second: TestPerson; payer?: string; flag: string };
  const placed = await place(t, m, second, { shareToken: await share(t, m, sharer) });
  await t.ok('payOrder', { as: second, params: { orderId: placed.orderId }, body: { method: 'h5' } });
  const [payment] = await t.db.query<{ id: string }>('SELECT payment_id AS id FROM payment WHERE order_id = $1', [placed.orderId]);
  await t.sandbox!.control('pay', { out_trade_no: payment!.id, user: payer ?? '小号' });
  await t.ok('checkPayment', { as: second, params: { orderId: placed.orderId } });
  const reward = (await rewardOf(placed.orderId))!;
  expect(reward).toMatchObject({ state: 'expected', held: expect.arrayContaining([flag]) });
  const [voucher] = await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1', [placed.orderId]);
  await ripen({ voucherIds: [voucher!.id] });
  expect((await rewardOf(placed.orderId))!.state).toBe('pending');
  expect(await account(t, 'reward-available', sharer.personId)).toBe(0);
  const shown = await t.ok('listRewards', { as: sharer });
  expect(shown.items[0]).toMatchObject({ isHeld: true, reason: 'under_review' });
  await t.ok('clearReward', { as: m.operator, params: { rewardId: reward.id }, body: { reason: '一家人，看过了' } });
  await t.drain();
  expect(await account(t, 'reward-available', sharer.personId)).toBe(reward.fen);
});

test('A-02 a flag that is raised while another is looked at is not let go with it; one that was named is', async () => {
  const { orderId } = await brought(sharer, friend);
  const { id } = (await rewardOf(orderId))!;
  const raise = (...flags: string[]) => t.db.query('UPDATE reward SET held_for = held_for || $2::text[] WHERE reward_id = $1', [id, flags]);
  await raise('same_device');
  const gate = knife.holdAt(/referrals_clear/);
  const clearing = t.ok('clearReward', { as: m.operator, params: { rewardId: id }, body: { reason: '一家人，看过了' } });
  await gate.reached;
  await raise('same_person');
  gate.open();
  await clearing;
  knife.clear();
  expect((await rewardOf(orderId))!.held).toEqual(['same_person']);
  await raise('ring');
  await t.ok('clearReward', { as: m.operator, params: { rewardId: id }, body: { reason: '两家人，看过了', flags: ['ring'] } });
  expect((await rewardOf(orderId))!.held).toEqual(['same_person']);
});

test('A-03 A to B to A: each order pays one level, the way back is held', async () => {
  const [there, back] = [await brought(sharer, friend), await brought(friend, sharer)];
  expect(await rewardOf(there.orderId)).toMatchObject({ sharer: sharer.personId, held: [] });
  expect(await rewardOf(back.orderId)).toMatchObject({ sharer: friend.personId, held: ['ring'] });
  await ripen(there, back);
  expect([await account(t, 'reward-available', sharer.personId), await account(t, 'reward-available', friend.personId)]).toEqual([944, 0]);
});

test('A-03 A-04 what was held for its neighbours is not for ever: a month later, or beside one that was given back, neither is', async () => {
  const there = await brought(sharer, friend);
  await t.ok('requestRefund', { as: friend, params: { orderId: there.orderId }, body: { voucherIds: there.voucherIds, reason: '不去了' } });
  expect((await rewardOf((await brought(friend, sharer)).orderId))!.held).toEqual([]);
  const farm = async (n: number) => (await rewardOf((await brought(sharer, await t.person(`农场${n}`, { deviceId: 'dev-farm-0002' }))).orderId))!.held;
  expect([await farm(1), await farm(2), await farm(3)]).toEqual([[], [], ['device_farm']]);
  expect((await rewardOf((await brought(sharer, friend)).orderId))!.held).toEqual(['ring']); // the one before is friend to sharer
  await t.moveTime(REWARD_REPEAT_MS);
  expect(await farm(4)).toEqual([]);
  const other = await t.person('另一位朋友');
  await brought(sharer, other);
  await t.moveTime(REWARD_REPEAT_MS);
  expect((await rewardOf((await brought(other, sharer)).orderId))!.held).toEqual([]);
});

test('A-04 one device, many accounts: two rebates, then the rest are held; none without redemption', async () => {
  const token = await share(t, m, sharer);
  const orders = [];
  for (let i = 0; i < 4; i += 1) orders.push(await buy(t, m, await t.person(`农场${i}`, { deviceId: 'dev-farm-0001' }), { shareToken: token }));
  const rewards = await Promise.all(orders.map((order) => rewardOf(order.orderId)));
  expect(rewards.map((reward) => reward!.held)).toEqual([[], [], ['device_farm'], ['device_farm']]);
  await later(t, 8 * DAY);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(0);
  await ripen(...orders);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(2 * 944);
});

test('A-05 order, rebate, refund: nothing before redemption and hold, cancelled by the refund', async () => {
  const order = await brought(sharer, friend);
  await later(t, 8 * DAY);
  expect(await rewardOf(order.orderId)).toMatchObject({ state: 'expected' });
  expect(await t.refused('requestWithdrawal', { as: sharer, body: { amountFen: 100 } })).toMatchObject({ code: 'WALLET_SHORT' });
  await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '不去了' } });
  await later(t, 8 * DAY);
  expect(await rewardOf(order.orderId)).toMatchObject({ state: 'cancelled', reason: 'refunded' });
  expect([await account(t, 'reward-pending', sharer.personId), await account(t, 'reward-available', sharer.personId)]).toEqual([0, 0]);
});

test('A-13 I-17 a forged, swapped, foreign or stale token attributes nothing; a frozen attribution never changes', async () => {
  const other = await t.market({ operator: m.operator, merchant: { name: '别家' }, staff: ['别家店员', '别家店长'] });
  const foreign = await share(t, other, sharer);
  const stale = await share(t, m, sharer);
  await t.db.query("UPDATE share_link SET expires_at = juke_now() - interval '1 second' WHERE token = $1", [stale]);
  for (const token of ['0'.repeat(16), 'zzzzzzzzzzzz', foreign, stale]) {
    const quote = await t.ok('quoteOrder', { as: friend, body: { dealId: m.dealId, quantity: 1, shareToken: token } });
    expect([token, quote.sharer, quote.payableFen]).toEqual([token, null, 12_800]);
    const body = { dealId: m.dealId, quantity: 1, termsVersion: 1, surface: 'weapp' as const, shareToken: token, expectedPayableFen: 11_800 };
    expect(await t.refused('placeOrder', { as: friend, body })).toMatchObject({ code: 'PRICE_CHANGED' });
  }
  const order = await brought(sharer, friend);
  for (const sql of ['UPDATE attribution SET sharer_id = $2 WHERE order_id = $1', 'UPDATE attribution SET reward_fen = 1 WHERE order_id = $1 OR $2::text IS NULL', 'DELETE FROM attribution WHERE order_id = $1 OR $2::text IS NULL']) {
    await expect(t.db.query(sql, [order.orderId, friend.personId])).rejects.toThrow(/I-17/);
  }
});

test('A-13 tokens are random, at most 32 characters, and say nothing about who or what', async () => {
  const tokens = new Set<string>();
  for (let i = 0; i < 20; i += 1) tokens.add(await share(t, m, await t.person(`分享${i}`)));
  expect(tokens.size).toBe(20);
  for (const token of tokens) expect(token).toMatch(/^[0-9a-z]{16}$/);
  expect(new Set([...tokens].map((token) => token.slice(0, 4))).size).toBeGreaterThan(15);
});

test('A-14 who jumps in between checkout and paying gets nothing: the share shown is the share that counts', async () => {
  const hijacker = await t.person('截胡的');
  const [shown, later_] = [await share(t, m, sharer), await share(t, m, hijacker)];
  await t.ok('openShare', { as: friend, params: { token: shown }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  const quote = await t.ok('quoteOrder', { as: friend, body: { dealId: m.dealId, quantity: 1, shareToken: shown } });
  expect(quote.sharer).toMatchObject({ token: shown, person: { name: '林小满' } });
  await t.ok('openShare', { as: friend, params: { token: later_ }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  const order = await place(t, m, friend, { shareToken: shown });
  expect(await attributionOf(order.orderId)).toMatchObject({ sharer: sharer.personId, token: shown });
  // After placing it is frozen: another touch before paying changes nothing.
  await t.ok('openShare', { as: friend, params: { token: later_ }, body: { surface: 'h5', visitorId: friend.deviceId } });
  expect(await attributionOf(order.orderId)).toMatchObject({ sharer: sharer.personId });
});

test('A-38 tiny orders: floor, a least amount, a limit a day; the same friend once in 30 days', async () => {
  const tiny = await m.addDeal({ priceFen: 120, friendDiscountFen: 0, rebateBps: 800, perPersonLimit: 99 });
  const small = await buy(t, m, friend, { dealId: tiny.dealId, shareToken: await share(t, m, sharer, tiny.dealId) });
  expect(Math.floor(120 * 0.08)).toBeLessThan(REWARD_MIN_FEN);
  expect(await rewardOf(small.orderId)).toMatchObject({ state: 'cancelled', reason: 'limit' });
  const first = await brought(sharer, friend);
  const second = await brought(sharer, friend);
  expect([await rewardOf(first.orderId), await rewardOf(second.orderId)]).toMatchObject([{ state: 'expected' }, { state: 'cancelled', reason: 'repeat' }]);
  await t.db.query(`INSERT INTO share_link (token, merchant_id, deal_id, sharer_id, channel, expires_at) SELECT 'bulk' || lpad(n::text, 12, '0'), $1, $2, $3, 'chat', juke_now() + n * interval '1 minute' FROM generate_series(1, $4) n`,
    [m.merchantId, m.dealId, sharer.personId, REWARDS_PER_DAY_MAX]);
  await t.db.query(`INSERT INTO attribution (order_id, merchant_id, token, sharer_id, buyer_id, channel, friend_discount_fen, reward_fen)
    SELECT 'ord_bulk' || n, $1, 'bulk' || lpad(n::text, 12, '0'), $2, 'per_bulk' || n, 'chat', 0, 0 FROM generate_series(1, $3) n`, [m.merchantId, sharer.personId, REWARDS_PER_DAY_MAX]);
  await t.db.query(`INSERT INTO reward (reward_id, order_id, merchant_id, sharer_id, friend_id, state, amount_fen, paid_fen, rate_bps, cap_fen)
    SELECT 'rwd_bulk' || n, 'ord_bulk' || n, $1, $2, 'per_bulk' || n, 'expected', 0, 0, 0, 0 FROM generate_series(1, $3) n`, [m.merchantId, sharer.personId, REWARDS_PER_DAY_MAX]);
  const fresh = await t.person('新朋友');
  const over = await brought(sharer, fresh);
  expect(await rewardOf(over.orderId)).toMatchObject({ state: 'cancelled', reason: 'limit' });
  // The bulk rows are no trade of ours: away with them before the books are checked.
  await t.db.query("DELETE FROM reward WHERE reward_id LIKE 'rwd_bulk%'");
  await t.db.query('ALTER TABLE attribution DISABLE TRIGGER attribution_frozen');
  await t.db.query("DELETE FROM attribution WHERE order_id LIKE 'ord_bulk%'");
  await t.db.query('ALTER TABLE attribution ENABLE TRIGGER attribution_frozen');
});

test.each([
  ['given back first, the other used', true], ['used first, the other given back', false],
])('A-38 I-18 so much goes back that less than the least amount is left (%s): no rebate, with its reason, and the place is free again', async (_, isBackFirst) => {
  const tiny = await m.addDeal({ priceFen: 120, friendDiscountFen: 0, rebateBps: 800, perPersonLimit: 99 });
  const order = await buy(t, m, friend, { dealId: tiny.dealId, quantity: 2, shareToken: await share(t, m, sharer, tiny.dealId) });
  expect(await rewardOf(order.orderId)).toMatchObject({ state: 'expected', fen: 19 });
  const giveBack = () => t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[1]!], reason: '不去了' } });
  if (isBackFirst) await giveBack();
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  if (!isBackFirst) await giveBack();
  expect(await rewardOf(order.orderId)).toMatchObject({ state: 'cancelled', reason: 'limit', fen: 19 });
  expect((await t.ok('listRewards', { as: sharer })).items).toMatchObject([{ state: 'cancelled', reason: 'limit', amountFen: 19 }]);
  const told = (await t.ok('listNotices', { as: sharer })).items.map((one) => one.text);
  expect(told).toContainEqual('周屿 退了一部分，剩下的返利不到 ¥0.10，¥0.19 这笔不发。');
  if (isBackFirst) {
    // Undone and used again: nothing more of it can ever be kept.
    await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
    await redeem(t, m, order.voucherIds[0]!);
  }
  await ripen();
  expect([await rewardOf(order.orderId), await account(t, 'reward-available', sharer.personId)]).toMatchObject([{ state: 'cancelled' }, 0]);
  expect(await rewardOf((await brought(sharer, friend)).orderId)).toMatchObject({ state: 'expected' });
});

test('A-42 I-16 one level, and nobody pays to join: a friend\'s friend earns the first sharer nothing, and no column could say otherwise', async () => {
  const token = await share(t, m, sharer);
  await t.ok('openShare', { as: friend, params: { token }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  const first = await buy(t, m, friend, { shareToken: token });
  const third = await t.person('第三人');
  const second = await brought(friend, third);
  const [link] = await t.db.query<{ parent: string }>('SELECT parent_token AS parent FROM share_link WHERE sharer_id = $1', [friend.personId]);
  expect(link!.parent).toBe(token); // where the friend came from is kept to be shown, never paid
  await ripen(first, second);
  const rewards = await t.db.query('SELECT order_id, sharer_id FROM reward ORDER BY order_id');
  expect(rewards).toHaveLength(2);
  expect([await account(t, 'reward-available', sharer.personId), await account(t, 'reward-available', friend.personId)]).toEqual([944, 944]);
  await expect(t.db.query(`INSERT INTO reward (reward_id, order_id, merchant_id, sharer_id, friend_id, state, amount_fen, paid_fen, rate_bps, cap_fen)
    VALUES ('rwd_second00', $1, $2, $3, $4, 'expected', 1, 100, 100, 100)`, [second.orderId, m.merchantId, sharer.personId, third.personId])).rejects.toThrow(/unique|duplicate/);
  const columns = await t.db.query<{ name: string }>(`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_name IN ('attribution', 'reward', 'reward_slot') AND column_name ~ '(parent|ancestor|level|upline|depth|referrer|grand|join_fee|entry)'`);
  expect(columns).toEqual([]);
});
