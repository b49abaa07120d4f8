/** WeChat answers no where our money moves: F-27, F-35. A person is told, nothing moves meanwhile, and once the reason is gone it goes on by itself. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { claim, makePlatformOffer, pay, placeWith } from '../support/coupons';
import { checkGreen, newMarket, people, settle } from '../support/faults';
import { account, buy, DAY, later, MINUTE, redeem, share, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
let guest: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
});
beforeEach(async () => {
  m = await newMarket(t);
  [sharer, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
});
afterEach(async () => {
  await t.sandbox!.control('settings', { maxSplitBps: 3_000 });
  await platformHas(1_000_000);
  await checkGreen(t);
});
afterAll(() => t.stop());

const platformHas = (availableFen: number) => t.sandbox!.control('balance', { mchid: t.sandbox!.sandbox.credentials.spMchid, availableFen });
const alarms = async (subject: string) => (await t.db.query<{ kind: string }>('SELECT kind FROM alarm WHERE subject = $1 ORDER BY kind', [subject])).map((row) => row.kind);
const idOf = async (table: 'split' | 'subsidy', orderId: string) => (await t.db.query<{ id: string }>(`SELECT ${table}_id AS id FROM ${table} WHERE order_id = $1`, [orderId]))[0]!.id;
const brought = async () => buy(t, m, guest, { shareToken: await share(t, m, sharer) });
/** Used, and past the undo window. */
async function used(vouchers: readonly string[]): Promise<void> {
  for (const id of vouchers) await redeem(t, m, id);
  await later(t, 6 * MINUTE);
}
async function afterSale(voucherId: string): Promise<string> {
  const { refundId } = await t.ok('requestAfterSale', { as: guest, params: { voucherId }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  await settle(t);
  return refundId;
}
/** ¥20 of the platform's coupon: what it owes the shop of this order. */
async function withCoupon(): Promise<{ orderId: string; vouchers: string[] }> {
  const { couponId } = await claim(t, guest, (await makePlatformOffer(t, m)).offerId);
  const order = await placeWith(t, m, guest, [couponId], { quantity: 1 });
  return { orderId: order.orderId, vouchers: await pay(t, guest, order) };
}

test('F-27 a split that WeChat refuses: stuck, told once, nothing moved; it goes on with its number', async () => {
  await t.sandbox!.control('settings', { maxSplitBps: 1 });
  const { orderId, voucherIds, payableFen } = await brought();
  await used(voucherIds);
  const splitId = await idOf('split', orderId);
  await later(t, DAY);
  expect([await stateOf(t, 'split', 'order_id', orderId), await alarms(splitId)]).toEqual([['stuck'], ['split.stuck']]);
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(0);
  await t.sandbox!.control('settings', { maxSplitBps: 3_000 });
  await later(t, 20 * MINUTE);
  expect([await stateOf(t, 'split', 'order_id', orderId), await idOf('split', orderId)]).toEqual([['succeeded'], splitId]);
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(payableFen - Math.floor(payableFen * 0.05) - Math.floor(payableFen * 0.08) - Math.round(payableFen * 0.006));
});

test('F-27 the platform has too little for a subsidy: told once, the split waits for it, the shop has both in the end', async () => {
  const { orderId, vouchers } = await withCoupon();
  await platformHas(0);
  await used(vouchers);
  const subsidyId = await idOf('subsidy', orderId);
  await later(t, DAY);
  expect([await stateOf(t, 'subsidy', 'order_id', orderId), await stateOf(t, 'split', 'order_id', orderId), await alarms(subsidyId)]).toEqual([['stuck'], ['due'], ['subsidy.stuck']]);
  await platformHas(1_000_000);
  for (let i = 0; i < 3; i += 1) await later(t, 6 * 60 * MINUTE);
  expect([await stateOf(t, 'subsidy', 'order_id', orderId), await stateOf(t, 'split', 'order_id', orderId)]).toEqual([['succeeded'], ['succeeded']]);
  expect(await account(t, 'merchant-frozen', m.merchantId)).toBe(0);
});

test('F-27 F-35 the platform has too little to give its part of a split back: the next try has a number of its own, and the guest gets the money', async () => {
  const order = await brought();
  await used(order.voucherIds);
  await platformHas(0);
  const refundId = await afterSale(order.voucherIds[0]!);
  for (let i = 0; i < 3; i += 1) await later(t, 6 * 60 * MINUTE);
  const [back] = await t.db.query<{ id: string; tries: number; isDone: boolean }>('SELECT return_id AS id, tries, done_at IS NOT NULL AS "isDone" FROM split_return WHERE refund_id = $1', [refundId]);
  expect(back!.tries).toBeGreaterThan(1);
  expect([back!.isDone, await alarms(back!.id), await stateOf(t, 'refund', 'refund_id', refundId)]).toEqual([false, ['split.return_failed'], ['accepted']]);
  // Rarer each time; and of two workers that hear the same no, one counts it.
  const [{ waitMs }] = (await t.db.query("SELECT ms_of(due_at) - ms_of(juke_now()) AS \"waitMs\" FROM fact WHERE kind = 'split.returning' AND subject = $1", [back!.id])) as [{ waitMs: number }];
  expect(waitMs).toBeGreaterThan(2 ** (back!.tries - 1) * 4 * MINUTE);
  await t.db.call('settlement_return_failed', { returnId: back!.id, tries: 0, why: 'BALANCE_NOT_ENOUGH' });
  expect(await t.db.query('SELECT tries FROM split_return WHERE return_id = $1', [back!.id])).toEqual([{ tries: back!.tries }]);
  await platformHas(1_000_000);
  for (let i = 0; i < 4; i += 1) await later(t, 6 * 60 * MINUTE);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  const atWechat = [...t.sandbox!.sandbox.sandbox.world.tables.splitReturn.values()].filter((one) => one.outReturnNo.startsWith(back!.id));
  expect(atWechat.filter((one) => one.result === 'SUCCESS')).toHaveLength(1);
  expect(new Set(atWechat.map((one) => one.outReturnNo)).size).toBe(atWechat.length);
});

test('F-27 F-35 the shop has too little to give the subsidy back: the guest has the money, the platform is told and gets its part later', async () => {
  const { vouchers } = await withCoupon();
  await used(vouchers);
  await t.sandbox!.control('balance', { mchid: m.subMchid, availableFen: 10_800 }); // the refund's, and no more
  const refundId = await afterSale(vouchers[0]!);
  const [{ id }] = (await t.db.query('SELECT return_id AS id FROM subsidy_return WHERE refund_id = $1', [refundId])) as [{ id: string }];
  for (let i = 0; i < 3; i += 1) await later(t, 6 * 60 * MINUTE);
  expect([await stateOf(t, 'refund', 'refund_id', refundId), await alarms(id)]).toEqual([['succeeded'], ['subsidy.return_failed']]);
  await t.sandbox!.control('balance', { mchid: m.subMchid, availableFen: 50_000 });
  for (let i = 0; i < 3; i += 1) await later(t, 6 * 60 * MINUTE);
  expect(await t.db.query('SELECT done_at IS NOT NULL AS "isDone" FROM subsidy_return WHERE return_id = $1', [id])).toEqual([{ isDone: true }]);
});
