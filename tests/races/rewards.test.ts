/** What rewards are counted by, from several sides at once: a day, a device, there and back. The counts are exact., I-16. */
import { REWARDS_PER_DAY_MAX } from '../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, people } from '../support/faults';
import { combineOf, makeStreet, placeTogether } from '../support/purchase';
import { payAtCashier, paymentOf, place, share } from '../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 24 } });
  m = await t.market({ deal: { stock: 10_000 } });
  // We hear of a payment when somebody looks.
  await t.sandbox!.control('faults', { notices: { lose: 10_000 } });
});
beforeEach(async () => void ([sharer] = (await people(t, 1)) as [TestPerson]));
afterAll(() => t.stop());

interface Owed { buyer: TestPerson; orderId: string }
/** Ordered through the share and paid at WeChat; we have not heard of it. */
async function paidFor(buyer: TestPerson, by: TestPerson): Promise<Owed> {
  const { orderId } = await place(t, m, buyer, { shareToken: await share(t, m, by) });
  await t.ok('payOrder', { as: buyer, params: { orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, await paymentOf(t, orderId));
  return { buyer, orderId };
}
const hearOf = (owed: readonly Owed[]) => Promise.all(owed.map(({ buyer, orderId }) => t.ok('checkPayment', { as: buyer, params: { orderId } })));
const rewards = (orderIds: readonly string[]) => t.db.query<{ state: string; reason: string | null; held: string[] }>(
  'SELECT state, reason, held_for AS held FROM reward WHERE order_id = ANY ($1) ORDER BY state DESC, cardinality(held_for)', [orderIds]);

/** Rewards of today that are no trade of ours; the answer takes them away before the books are checked. */
async function earnedToday(count: number): Promise<() => Promise<void>> {
  await t.db.query('ALTER TABLE reward DROP CONSTRAINT reward_order_id_fkey');
  await t.db.query(`INSERT INTO reward (reward_id, order_id, merchant_id, sharer_id, friend_id, state, amount_fen, paid_fen, rate_bps, cap_fen)
    SELECT 'rwd_bulk' || n, 'ord_bulk' || n, $1, $2, 'per_bulk' || n, 'expected', 0, 0, 0, 0 FROM generate_series(1, $3) n`, [m.merchantId, sharer.personId, count]);
  return async () => {
    await t.db.query("DELETE FROM reward WHERE reward_id LIKE 'rwd_bulk%'");
    await t.db.query('ALTER TABLE reward ADD FOREIGN KEY (order_id) REFERENCES attribution');
    await checkGreen(t);
  };
}

test('A-38 twelve friends\' payments at once, with room for three that day: three rewards, nine say why not', async () => {
  const clean = await earnedToday(REWARDS_PER_DAY_MAX - 3);
  const owed = await Promise.all((await people(t, 12)).map((friend) => paidFor(friend, sharer)));
  await hearOf(owed);
  const found = await rewards(owed.map((one) => one.orderId));
  expect(found.map(({ state, reason }) => [state, reason])).toEqual([...Array(3).fill(['expected', null]), ...Array(9).fill(['cancelled', 'limit'])]);
  await clean();
});

test('A-38 two orders of one combined payment count one after the other', async () => {
  const street = await makeStreet(t, ['茶馆', '面馆']);
  const [friend] = (await people(t, 1)) as [TestPerson];
  const clean = await earnedToday(REWARDS_PER_DAY_MAX - 1);
  const { purchaseId, orderIds } = await placeTogether(t, friend, await Promise.all(street.map(async (at) => ({ dealId: at.dealId, shareToken: await share(t, at, sharer) }))));
  await t.ok('payPurchase', { as: friend, params: { purchaseId }, body: { method: 'jsapi' } });
  await payAtCashier(t, await combineOf(t, purchaseId));
  await t.ok('checkPurchase', { as: friend, params: { purchaseId } });
  expect((await rewards(orderIds)).map(({ state, reason }) => [state, reason])).toEqual([['expected', null], ['cancelled', 'limit']]);
  await clean();
});

test('A-04 eight accounts on one device pay at once: two rewards, the others are held', async () => {
  const farm = await Promise.all(Array.from({ length: 8 }, (_, i) => t.person(`并发农场${i}`, { deviceId: 'dev-farm-0002' })));
  const owed = await Promise.all(farm.map((account) => paidFor(account, sharer)));
  await hearOf(owed);
  expect((await rewards(owed.map((one) => one.orderId))).map(({ held }) => held)).toEqual([[], [], ...Array(6).fill(['device_farm'])]);
  await checkGreen(t);
});

test('A-03 A brought B and B brought A, paid at the same moment, again and again: one of the two is held', async () => {
  for (let round = 0; round < 6; round += 1) {
    const [a, b] = (await people(t, 2)) as [TestPerson, TestPerson];
    const owed = await Promise.all([paidFor(a, b), paidFor(b, a)]);
    await hearOf(owed);
    expect((await rewards(owed.map((one) => one.orderId))).map(({ held }) => held)).toEqual([[], ['ring']]);
  }
  await checkGreen(t);
});
