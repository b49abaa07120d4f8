/** What must hold of purchases holds on a history of them, and each check sees its own damage. */
import pg from 'pg';
import { checkInvariants } from '../../../functions/views/invariants';
import { startTestApp, type TestApp } from '../../support/app';
import { buyTogether, makeStreet, placeTogether } from '../../support/purchase';

let t: TestApp;
let ids: { purchase: string; order: string; payment: string; dealId: string; personId: string; combine: string };
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  const street = await makeStreet(t, ['火锅店', '面包店'], { stock: 20 });
  const wishes = street.map(({ dealId }) => ({ dealId }));
  const guest = await t.person('夏禾');
  await buyTogether(t, guest, wishes);
  const { purchaseId, orderIds } = await placeTogether(t, guest, wishes);
  const [row] = await t.db.query('SELECT payment_id, combine_no FROM payment WHERE order_id = $1', [orderIds[0]]);
  ids = { purchase: purchaseId, order: orderIds[0]!, payment: row!.payment_id, dealId: wishes[0]!.dealId, personId: guest.personId, combine: row!.combine_no };
});
afterAll(() => t.stop());

type Damage = [id: string, what: string, sql: (h: typeof ids) => string[]];
const damages: Damage[] = [
  ['I-06', 'a purchase that costs something else', (h) => [`UPDATE purchase SET payable_fen = payable_fen + 1 WHERE purchase_id = '${h.purchase}'`]],
  ['I-06', 'an order that ends later than the rest', (h) => [`UPDATE guest_order SET expires_at = expires_at + interval '1 minute' WHERE order_id = '${h.order}'`]],
  ['I-06', 'a purchase with an order too few', (h) => [`UPDATE purchase SET orders = orders + 1 WHERE purchase_id = '${h.purchase}'`, 'ALTER TABLE payment DISABLE TRIGGER ALL', `DELETE FROM payment WHERE combine_no = '${h.combine}'`]],
  ['I-08', 'one order ended, the other not', (h) => [
    `UPDATE guest_order SET state = 'cancelled' WHERE order_id = '${h.order}'`,
    `INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('order', '${h.order}', 'unpaid', 'cancelled', juke_now())`,
    `UPDATE deal_stock SET held = held - 1, available = available + 1 WHERE deal_id = '${h.dealId}'`,
    `UPDATE deal_buyer SET quantity = quantity - 1 WHERE deal_id = '${h.dealId}' AND person_id = '${h.personId}'`,
  ]],
  ['I-09', 'a payment of its own beside a combined one', (h) => [`UPDATE payment SET combine_no = NULL WHERE payment_id = '${h.payment}'`]],
  ['I-09', 'one of a combined payment prepared alone', (h) => [
    `UPDATE payment SET state = 'prepared' WHERE payment_id = '${h.payment}'`,
    `INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('payment', '${h.payment}', 'created', 'prepared', juke_now())`,
  ]],
];

test.each(damages)('%s sees %s, and nothing else is blamed', async (id, _what, sql) => {
  const client = new pg.Client({ connectionString: t.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SET LOCAL session_replication_role = 'replica'");
    for (const statement of sql(ids)) await client.query(statement);
    const findings = (await checkInvariants({ query: async (text, params = []) => (await client.query(text, params as unknown[])).rows })).filter(({ total }) => total > 0);
    expect([...new Set(findings.map((finding) => finding.id))]).toEqual([id]);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
});
