/** What is asked of group buys sees its own damage: no check that cannot fail. I-10, I-12, I-13, I-07. */
import pg from 'pg';
import { checkInvariants } from '../../../functions/views/invariants';
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { people } from '../../support/faults';
import { join, ladder, openGroup, sit, standard } from '../../support/groups';
import { DAY, later } from '../../support/trade';

let t: TestApp;
let m: Market;
const ids = { open: '', openHost: '', openHeld: '', full: '', fullHost: '', ladderHost: '', failed: '', failedHost: '' };
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { group: standard(), perPersonLimit: 9 } });
  const [a, b, c, d] = await people(t, 4);
  const failed = await openGroup(t, m, a!);
  await later(t, DAY);
  const full = await openGroup(t, m, a!);
  for (const guest of [b!, c!]) await join(t, m, guest, full.groupId);
  const { dealId } = await m.addDeal({ group: ladder() });
  const tall = await openGroup(t, m, a!, { dealId });
  for (const guest of [b!, c!, d!]) await join(t, m, guest, tall.groupId, { dealId });
  await t.drain();
  const open = await openGroup(t, m, d!);
  const held = await sit(t, m, a!, { groupId: open.groupId });
  Object.assign(ids, { open: open.groupId, openHost: open.orderId, openHeld: held.orderId, full: full.groupId, fullHost: full.orderId, ladderHost: tall.orderId, failed: failed.groupId, failedHost: failed.orderId });
});
afterAll(() => t.stop());

const damages: [id: string, what: string, sql: () => string[]][] = [
  ['I-12', 'a count that its seats do not give', () => [`ALTER TABLE group_buy DROP CONSTRAINT "I-12 seats"`, `UPDATE group_buy SET taken = 3 WHERE group_id = '${ids.open}'`]],
  ['I-12', 'a seat paid after the deadline', () => [`UPDATE group_seat SET confirmed_at = (SELECT deadline FROM group_buy WHERE group_id = '${ids.full}') WHERE order_id = '${ids.fullHost}'`]],
  ['I-12', 'an open group that nobody closes', () => [`DELETE FROM fact WHERE kind = 'group.closing' AND subject = '${ids.open}'`]],
  ['I-12', 'two seats of one person', () => [`DROP INDEX "I-12 one seat per person"`, `UPDATE group_seat SET person_id = (SELECT host_id FROM group_buy WHERE group_id = '${ids.open}') WHERE order_id = '${ids.openHeld}'`]],
  ['I-12', 'a seat that is held by an order that ended', () => [`UPDATE group_seat SET order_id = 'ord_nothing' WHERE order_id = '${ids.openHeld}'`, `UPDATE state_change SET subject_id = 'ord_nothing' WHERE subject_kind = 'seat' AND subject_id = '${ids.openHeld}'`]],
  ['I-10', 'a seat of an open group that is counted as sold', () => [`UPDATE deal_stock SET held = held - 1, sold = sold + 1 WHERE deal_id = '${m.dealId}'`]],
  ['I-13', 'a complete group\'s member without a voucher', () => [`UPDATE voucher_set SET issued = 2, live = 2 WHERE order_id = '${ids.fullHost}'`]],
  ['I-08', 'a success undone', () => [`INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('groupBuy', '${ids.full}', 'succeeded', 'open', juke_now()), ('groupBuy', '${ids.full}', 'open', 'succeeded', juke_now())`]],
  ['I-06', 'another price than the group\'s', () => [`UPDATE group_buy SET price_fen = price_fen - 1 WHERE group_id = '${ids.open}'`]],
];

test('all of it holds on groups in every state', async () => {
  expect((await checkInvariants(t.db)).filter((f) => f.total > 0)).toEqual([]);
  expect((await t.db.query<{ state: string }>('SELECT DISTINCT state FROM group_buy ORDER BY 1')).map((row) => row.state)).toEqual(['failed', 'open', 'succeeded']);
});

test.each(damages)('%s sees %s, and nothing else is blamed', async (id, _what, sql) => {
  const client = new pg.Client({ connectionString: t.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SET LOCAL session_replication_role = 'replica'");
    for (const statement of sql()) await client.query(statement);
    const findings = await checkInvariants({ query: async (text, params = []) => (await client.query(text, params as unknown[])).rows });
    expect(findings.filter((f) => f.total > 0).map((f) => f.id)).toEqual([id]);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
});

test('I-07 I-13 what a ladder gives back is counted with the vouchers', async () => {
  const client = new pg.Client({ connectionString: t.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`UPDATE guest_order SET ladder_fen = ladder_fen + 1 WHERE order_id = '${ids.ladderHost}'`);
    const findings = await checkInvariants({ query: async (text, params = []) => (await client.query(text, params as unknown[])).rows });
    expect(findings.filter((f) => f.total > 0).map((f) => f.id)).toEqual(['I-07', 'I-13']);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
});
