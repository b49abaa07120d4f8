/** Rows as older versions left them hold after the migration that makes up for it: damaged the old way, migrated, then asked every invariant. */
import { migrate } from '../../../functions/kernel/migrate';
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { count } from '../../support/faults';

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
