/** Rows as older versions left them hold after the migration that makes up for it: damaged the old way, migrated, then asked every invariant. */
import { migrate } from '../../../functions/kernel/migrate';
import { checkInvariants } from '../../../functions/views/invariants';
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { count } from '../../support/faults';
import { buy, share } from '../../support/trade';

let t: TestApp;
let m: Market;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
});
afterEach(() => t.stop());

/** As if this database had not seen that file yet. */
async function migrateAgain(number: number): Promise<void> {
  await t.db.query('DELETE FROM schema_migration WHERE number = $1', [number]);
  expect(await migrate(t.url)).toEqual([expect.stringMatching(new RegExp(`/sql/0?${number}-`))]);
}

test('I-23 places that a deleted account kept are given up, with a word about the store that nobody manages since; others keep theirs', async () => {
  await t.ok('deleteMe', { as: m.manager, body: { confirm: true } });
  await t.drain();
  const alarms = () => count(t, "alarm WHERE kind = 'store.unmanaged'");
  const told = await alarms();
  expect(told).toBe(2);
  await t.db.query("DELETE FROM alarm WHERE kind = 'store.unmanaged'");
  await t.db.query('UPDATE staff SET removed_at = NULL WHERE person_id = $1', [m.manager.personId]);
  await migrateAgain(205);
  expect(await count(t, 'staff WHERE person_id = $1 AND removed_at IS NULL', [m.manager.personId])).toBe(0);
  expect(await alarms()).toBe(told);
  expect((await t.ok('listMyStores', { as: m.clerk })).items).toHaveLength(1);
});

test('I-16 rebates that were expected of what had gone back are those of what stands; one of nothing worth paying is none', async () => {
  const sharer = await t.person('转的人');
  const token = await share(t, m, sharer);
  const bought: string[] = [];
  for (const name of ['退过一份的', '只剩几分的', '没退过的']) {
    const friend = await t.person(name);
    const order = await buy(t, m, friend, { quantity: 2, shareToken: token });
    if (name !== '没退过的') await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[0]!], reason: '少来一位' } });
    bought.push(order.orderId);
  }
  await t.drain();
  const rewards = async () => Promise.all(bought.map(async (orderId) => (await t.db.query('SELECT state, reason, paid_fen, amount_fen FROM reward WHERE order_id = $1', [orderId]))[0]));
  const was = await rewards();
  // The first as it was written before a refund told its rebate; the second of so little that a version before paid out nothing.
  await t.db.query('UPDATE reward w SET paid_fen = o.payable_fen, amount_fen = least(w.cap_fen, o.payable_fen * w.rate_bps / 10000) FROM guest_order o WHERE o.order_id = w.order_id AND w.order_id = $1', [bought[0]]);
  await t.db.query('UPDATE reward SET rate_bps = 1, amount_fen = paid_fen / 10000 WHERE order_id = $1', [bought[1]]);
  await t.db.query("DELETE FROM notice WHERE kind LIKE 'reward.%'");
  expect((await checkInvariants(t.db)).filter(({ total }) => total > 0)).toMatchObject([{ id: 'I-16', total: 2 }]);
  await migrateAgain(1105);
  expect(await rewards()).toEqual([was[0], { ...was[1], state: 'cancelled', reason: 'limit', amount_fen: expect.any(Number) }, was[2]]);
  expect((await t.ok('listNotices', { as: sharer })).items.map(({ kind }) => kind).sort()).toEqual(['reward.cancelled', 'reward.lowered']);
});
