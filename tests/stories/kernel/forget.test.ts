/** What is long over is forgotten in small portions; what money, law and the audit need stays. I-03, I-21, I-22, I-28. */
import { Client } from 'pg';
import { FORGET_ROWS, TRACE_KEPT_MS, VISITS_KEPT_MS } from '../../../functions/contract/limits';
import { runTimers } from '../../../functions/worker/timers';
import { startTestApp, type TestApp } from '../../support/app';
import { makeWorld, type World } from '../../support/every-route';
import { DAY, later, MINUTE } from '../../support/trade';

let t: TestApp;
let w: World;
let calls: string[] = [];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: { beforeStatement: (sql) => void calls.push(sql) } });
  w = await makeWorld(t);
});
afterAll(() => t.stop()); // with all invariants

const KEPT = ['guest_order', 'voucher', 'redemption', 'payment', 'journal', 'posting', 'state_change', 'attribution', 'reward', 'provider_notice'];
const count = async (what: string) => (await t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`))[0]!.n;
const old = (column: string) => `${column} < juke_now() - interval '${TRACE_KEPT_MS} milliseconds'`;
const passed = async (ms: number) => {
  for (let left = ms; left > 0; left -= 20 * DAY) await later(t, Math.min(left, 20 * DAY));
};

test('codes and tries go after a day; done facts, accepted keys and ended sign-ins after ninety days, not before', async () => {
  await t.handle('sendPhoneCode', { body: { phone: '13900000077' } });
  const tries = [await count('coupon_code_try'), await count('code_miss')];
  await runTimers(t.app);
  expect(await count('phone_code')).toBeGreaterThan(0);
  await t.db.query("INSERT INTO coupon_code_try SELECT 'd:somebody', juke_now(), 1");
  await t.db.query("INSERT INTO code_miss SELECT 'per_somebody', juke_now(), 1, juke_now()");
  await runTimers(t.app);
  expect([await count('coupon_code_try'), await count('code_miss')]).toEqual(tries.map((n) => n + 1));
  const before = [await count("fact WHERE state = 'done'"), await count('idempotency'), await count('session_family')];
  expect(Math.min(...before)).toBeGreaterThan(3);
  await passed(TRACE_KEPT_MS - 10 * DAY);
  await runTimers(t.app);
  expect([await count('phone_code'), await count('coupon_code_try'), await count('code_miss')]).toEqual([0, 0, 0]);
  expect([await count('idempotency'), await count('session_family')]).toEqual(before.slice(1));
  expect(await count("fact WHERE state = 'done'")).toBeGreaterThan(before[0]!);
  await passed(20 * DAY);
  await t.db.query("UPDATE session_family SET expires_at = juke_now() + interval '1 day' WHERE family_id = $1", [w.guest.familyId]);
  await t.db.query(`INSERT INTO fact (fact_id, reaction, kind, subject, state, due_at) SELECT 'fct_' || s, '?', 'test.old', s, s, juke_now() - interval '200 days'
    FROM unnest(ARRAY['parked', 'running', 'done']) s`);
  await t.db.query("UPDATE fact SET lease_until = juke_now() + interval '1 hour' WHERE fact_id = 'fct_running'");
  const kept = await Promise.all(KEPT.map(count));
  await runTimers(t.app);
  expect(await Promise.all(KEPT.map(count))).toEqual(kept);
  expect(await count(`fact WHERE state = 'done' AND ${old('due_at')}`)).toBe(0);
  expect(await count("fact WHERE kind = 'test.old'")).toBe(2);
  expect(await count(`idempotency WHERE ${old('created_at')}`)).toBe(0);
  await passed(TRACE_KEPT_MS - 10 * DAY);
  await t.db.query("UPDATE session_family SET expires_at = juke_now() + interval '1 day' WHERE family_id = $1", [w.guest.familyId]);
  await runTimers(t.app);
  expect((await t.db.query('SELECT family_id AS id FROM session_family')).map((row) => row.id)).toContain(w.guest.familyId);
  expect(await count(`session_family WHERE ${old('expires_at')}`)).toBe(0);
  await t.db.query("DELETE FROM fact WHERE kind = 'test.old'");
});

test('who opened a share or a code, events and notices go after 400 days, not before; a share whose visits are gone is not listed, what was paid for it stays', async () => {
  const KINDS = [['event', 'happened_at'], ['notice', 'created_at'], ['touch', 'touched_at'], ['channel_visit', 'visited_at']] as const;
  const stays = await Promise.all([...KEPT, 'share_link', 'channel_code'].map(count));
  // A day on either side of the edge, as if they had been written then.
  const ages = [-1, 1].map((day) => `juke_now() - interval '${VISITS_KEPT_MS + day * DAY} ms'`);
  for (const [kind, at] of KINDS) await t.db.query(`DELETE FROM ${kind} WHERE ${at} < juke_now() - interval '300 days'`);
  const before = await Promise.all(KINDS.map(([kind]) => count(kind)));
  const { merchantId, dealId } = w.mine;
  const { token, code } = w.ids;
  for (const [n, age] of ages.entries()) {
    await t.db.query(`INSERT INTO event (stage, what, happened_at) VALUES ('reach', 'test.old', ${age})`);
    await t.db.query(`INSERT INTO notice (notice_id, person_id, kind, created_at) VALUES ('ntc_old${n}', $1, 'reward.released', ${age})`, [w.guest.personId]);
    await t.db.query(`INSERT INTO touch (token, merchant_id, deal_id, visitor_id, surface, touched_at) VALUES ($1, $2, $3, 'vis_old', 'h5', ${age})`, [token, merchantId, dealId]);
    await t.db.query(`INSERT INTO channel_visit (code, merchant_id, visitor_id, surface, visited_at) VALUES ($1, $2, 'vis_old', 'h5', ${age})`, [code, merchantId]);
  }
  await runTimers(t.app);
  for (const [i, [kind]] of KINDS.entries()) expect([kind, await count(kind)]).toEqual([kind, before[i]! + 1]);
  expect(await Promise.all([...KEPT, 'share_link', 'channel_code'].map(count))).toEqual(stays);
  const listed = async () => (await t.ok('listShares', { as: w.guest })).items.map((item) => item.token);
  const made = (age: string) => t.db.query(`UPDATE share_link SET created_at = ${age} WHERE token = $1`, [token]);
  const [{ at }] = (await t.db.query('SELECT created_at AS at FROM share_link WHERE token = $1', [token])) as [{ at: Date }];
  await made(ages[0]!);
  expect(await listed()).toContain(token);
  await made(ages[1]!);
  expect(await listed()).not.toContain(token);
  await t.db.query('UPDATE share_link SET created_at = $2 WHERE token = $1', [token, at]);
});

test('I-28 a backlog goes portion by portion, and a row that somebody holds waits for the next time', async () => {
  await t.db.query(`INSERT INTO idempotency (actor, key, body_hash, answer, created_at)
    SELECT 'per_old', 'k' || n, repeat('0', 64), '{}', juke_now() - interval '1000 days' FROM generate_series(1, ${2 * FORGET_ROWS + 50}) n`);
  const other = new Client({ connectionString: t.url });
  await other.connect();
  await other.query("BEGIN; SELECT FROM idempotency WHERE actor = 'per_old' AND key = 'k1' FOR UPDATE");
  calls = [];
  const started = Date.now();
  await runTimers(t.app);
  expect(Date.now() - started).toBeLessThan(MINUTE / 6);
  expect(calls.filter((sql) => sql.includes('worker_forget'))).toHaveLength(3);
  expect(await count("idempotency WHERE actor = 'per_old'")).toBe(1);
  await other.query('COMMIT');
  await other.end();
  await runTimers(t.app);
  expect(await count("idempotency WHERE actor = 'per_old'")).toBe(0);
});
