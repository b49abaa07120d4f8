/** Every invariant holds on a whole history, and each one sees its own damage: no check that cannot fail. */
import pg from 'pg';
import { checkInvariants, invariants } from '../../../functions/views/invariants';
import { openDb } from '../../../functions/kernel';
import { couponHistory, liveHistory, startTown, type Town } from './trade';

let town: Town;
let history: Awaited<ReturnType<typeof liveHistory>> & Awaited<ReturnType<typeof couponHistory>>;
beforeAll(async () => {
  town = await startTown();
  history = { ...(await liveHistory(town)), ...(await couponHistory(town)) };
});
afterAll(() => town.stop());

const broken = (findings: Awaited<ReturnType<typeof checkInvariants>>) => findings.filter((f) => f.total > 0);

test('every invariant holds on a whole history and looks at rows', async () => {
  const findings = await checkInvariants(town.db, { live: true });
  expect(broken(findings)).toEqual([]);
  expect(findings.map((f) => f.id)).toEqual(
    expect.arrayContaining(['I-01', 'I-05', 'I-08', 'I-10', 'I-19', 'I-26', 'I-28']),
  );
  // Group buys have a history of their own (stories/group-buys/invariants); nothing is overdue here.
  expect(findings.filter((f) => f.rows === 0).map((f) => f.id)).toEqual(['I-12', 'I-21']);
});

test('the list has the marked invariants that apply', () => {
  const ids = [...new Set(invariants.map((i) => i.id))];
  expect(ids).toEqual([
    'I-01',
    'I-02',
    'I-03',
    'I-04',
    'I-05',
    'I-06',
    'I-07',
    'I-08',
    'I-09',
    'I-10',
    'I-11',
    'I-12',
    'I-13',
    'I-14',
    'I-15',
    'I-16',
    'I-17',
    'I-18',
    'I-19',
    'I-21',
    'I-22',
    'I-23',
    'I-24',
    'I-26',
    'I-28',
  ]);
});

/** id → damage that only it should see; statements run as superuser with triggers and keys off, then are rolled back. */
type Damage = [id: string, what: string, sql: (h: typeof history, t: Town) => string[]];
const damages: Damage[] = [
  [
    'I-01',
    'an empty journal',
    () => ["INSERT INTO journal (journal_id, kind, subject) VALUES ('jnl_bad', 'bad', 'x')"],
  ],
  [
    'I-05',
    'a merchant with money and a debt at once',
    (h) => [
      `INSERT INTO journal (journal_id, kind, subject) VALUES ('jnl_debt', 'test', 'debt')`,
      `INSERT INTO posting SELECT 'jnl_debt', n, CASE n WHEN 1 THEN 'merchant-debt' ELSE 'merchant-available' END, merchant_id, CASE n WHEN 1 THEN -500 ELSE 500 END, order_id
        FROM guest_order, generate_series(1, 2) n WHERE order_id = '${h.served.orderId}'`,
      `INSERT INTO balance SELECT kind, merchant_id, fen FROM guest_order, (VALUES ('merchant-debt', -500), ('merchant-available', 500)) x (kind, fen) WHERE order_id = '${h.served.orderId}'
        ON CONFLICT (account_kind, owner_id) DO UPDATE SET amount_fen = balance.amount_fen + excluded.amount_fen`,
    ],
  ],
  ['I-05', 'a withdrawal of another amount than left the wallet', () => ['UPDATE withdrawal SET amount_fen = amount_fen + 1 WHERE state = \'failed\'']],
  ['I-05', 'a withdrawal of somebody else\'s wallet', () => ['UPDATE withdrawal SET person_id = (SELECT max(person_id) FROM staff)']],
  [
    'I-19',
    'money taken from a merchant for no order',
    () => [
      `INSERT INTO journal (journal_id, kind, subject) VALUES ('jnl_took', 'test', 'took')`,
      `INSERT INTO posting SELECT 'jnl_took', n, CASE n WHEN 1 THEN 'merchant-available' ELSE 'platform-fee' END, CASE n WHEN 1 THEN owner_id ELSE 'platform' END, CASE n WHEN 1 THEN -1 ELSE 1 END, NULL
        FROM (SELECT owner_id FROM balance WHERE account_kind = 'merchant-available' AND amount_fen > 0 LIMIT 1) b, generate_series(1, 2) n`,
      `UPDATE balance SET amount_fen = amount_fen - 1 WHERE account_kind = 'merchant-available' AND owner_id = (SELECT owner_id FROM posting WHERE journal_id = 'jnl_took' AND line = 1)`,
    ],
  ],
  ['I-19', 'another rebate split than was earned', () => ["UPDATE split SET reward_fen = reward_fen + 1 WHERE state = 'succeeded'"]],
  ['I-21', 'unused vouchers that nobody gives back', () => ["DELETE FROM fact WHERE kind = 'voucher.expiring'"]],
  ['I-21', 'a served order that nobody settles', () => ["DELETE FROM fact WHERE kind = 'order.splittable'"]],
  ['I-05', 'a wallet at an account that nobody can sign in to any more', () => [`UPDATE person SET joined_into = (SELECT max(person_id) FROM staff)
    WHERE person_id IN (SELECT owner_id FROM balance WHERE account_kind LIKE 'reward-%' AND amount_fen <> 0)`]],
  ['I-02', 'postings of no journal', () => ["INSERT INTO posting VALUES ('jnl_none', 1, 'payout-transit', 'x', 5, NULL), ('jnl_none', 2, 'payout-transit', 'x', -5, NULL)"]],
  ['I-13', 'vouchers counted for no order', (h) => [`INSERT INTO voucher_set SELECT (jsonb_populate_record(s, '{"order_id": "ord_none"}')).* FROM voucher_set s WHERE order_id = '${h.served.orderId}'`]],
  ['I-14', 'a redemption by nobody', (h) => [`UPDATE redemption SET staff_id = 'stf_none' WHERE order_id = '${h.served.orderId}'`]],
  ['I-13', 'a line of no order', () => ["INSERT INTO order_line (order_id, line, kind, amount_fen) VALUES ('ord_none', 1, 'price', 5)"]],
  [
    'I-02',
    'a posting that belongs to no journal',
    () => ["INSERT INTO posting VALUES ('jnl_none', 1, 'payout-transit', 'x', 5, NULL)"],
  ],
  [
    'I-03',
    'a reversal that is not the opposite',
    () => [
      "UPDATE journal SET reverses = (SELECT journal_id FROM journal WHERE kind = 'payment' LIMIT 1) WHERE kind = 'withdrawal.failed'",
    ],
  ],
  ['I-03', 'a guard switched off', () => ['ALTER TABLE posting DISABLE TRIGGER posting_fixed']],
  [
    'I-04',
    'one fact posted twice',
    () => [
      'ALTER TABLE journal DROP CONSTRAINT "I-04 one fact posts once"',
      "INSERT INTO journal (journal_id, kind, subject) SELECT 'jnl_again', kind, subject FROM journal WHERE kind = 'split' LIMIT 1",
      "INSERT INTO posting VALUES ('jnl_again', 1, 'payout-transit', 'x', 5, NULL), ('jnl_again', 2, 'payout-transit', 'x', -5, NULL)",
    ],
  ],
  [
    'I-05',
    'a balance without its postings',
    () => ["UPDATE balance SET amount_fen = amount_fen + 1 WHERE account_kind = 'merchant-available'"],
  ],
  [
    'I-06',
    'lines that do not sum',
    (h) => [`UPDATE order_line SET amount_fen = amount_fen + 1 WHERE order_id = '${h.unpaid.orderId}'`],
  ],
  ['I-06', 'an order at terms that never were', (h) => [`UPDATE guest_order SET terms_version = 99 WHERE order_id = '${h.unpaid.orderId}'`]],
  [
    'I-07',
    'a refund nobody counted',
    (h) => [`UPDATE guest_order SET refunded_fen = refunded_fen - 1 WHERE order_id = '${h.partly.orderId}'`],
  ],
  [
    'I-07',
    'a payment refunded twice',
    (h) => [
      `INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, funded)
    SELECT 'rfd_twice', order_id, payment_id, merchant_id, buyer_id, 'double_payment', 'accepted', amount_fen, '{}', 'x', true FROM refund WHERE refund_id = '${h.backRefund}'`,
      "INSERT INTO fact (fact_id, reaction, kind, subject, state, due_at) VALUES ('fct_x', 'send-refund', 'refund.accepted', 'rfd_twice', 'done', juke_now())",
    ],
  ],
  [
    'I-08',
    'a step that left no history',
    (h) => [`UPDATE guest_order SET state = 'expired' WHERE order_id = '${h.cancelled.orderId}'`],
  ],
  [
    'I-08',
    'a step that does not exist',
    (h) => [
      `INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('order', '${h.cancelled.orderId}', 'cancelled', 'cancelled', juke_now())`,
    ],
  ],
  [
    'I-09',
    'an intent of another amount',
    (h) => [`UPDATE payment SET amount_fen = amount_fen + 1 WHERE payment_id = '${h.unpaid.paymentId}'`],
  ],
  [
    'I-09',
    'paid, with no payment that paid it',
    (h) => [
      `UPDATE guest_order SET paid_at = NULL WHERE order_id = '${h.unpaid.orderId}'`,
      `UPDATE payment SET transaction_id = NULL WHERE payment_id = '${h.partly.paymentId}'`,
    ],
  ],
  [
    'I-10',
    'a unit sold twice',
    (h, t) => [`UPDATE deal_stock SET sold = sold + 1, available = available - 1 WHERE deal_id = '${t.dealId}'`],
  ],
  [
    'I-10',
    'a person counted wrongly',
    (h, t) => [`UPDATE deal_buyer SET quantity = quantity + 1 WHERE person_id = '${t.guest}'`],
  ],
  [
    'I-11',
    'a claim that nobody counted',
    (h) => [`UPDATE coupon_offer SET claimed = claimed - 1 WHERE offer_id = '${h.offerId}'`],
  ],
  [
    'I-11',
    'a person over the limit',
    (h) => [`UPDATE coupon_offer SET per_person = 5 WHERE offer_id = '${h.offerId}'`],
  ],
  [
    'I-11',
    'a person who has more than is counted',
    (h, t) => [`UPDATE coupon_holder SET held = held - 1 WHERE person_id = '${t.friend}'`],
  ],
  [
    'I-11',
    'a coupon used by one order and at hand for the next',
    (h) => [
      `UPDATE coupon_holder SET held = held + 1 WHERE person_id = (SELECT owner_id FROM coupon WHERE coupon_id = '${h.couponIds[0]}')`,
      `INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('coupon', '${h.couponIds[0]}', 'used', 'available', juke_now())`,
      `UPDATE coupon SET state = 'available', order_id = NULL WHERE coupon_id = '${h.couponIds[0]}'`,
    ],
  ],
  [
    'I-11',
    'an order that takes off more than its coupon gave',
    (h) => [`UPDATE coupon_use SET discount_fen = discount_fen - 1 WHERE order_id = '${h.couponed.orderId}'`],
  ],
  [
    'I-11',
    'a discount of no coupon',
    (h) => [`DELETE FROM coupon_use WHERE order_id = '${h.couponed.orderId}'`],
  ],
  [
    'I-11',
    'a coupon on its way with no gift',
    (h) => [`UPDATE coupon_gift SET state = 'ended' WHERE coupon_id = '${h.couponIds[3]}'`],
  ],
  [
    'I-06',
    'a subsidy that no line carries',
    (h) => [`UPDATE guest_order SET subsidy_fen = 1 WHERE order_id = '${h.couponed.orderId}'`],
  ],
  [
    'I-13',
    'a count that is not true',
    (h) => [`UPDATE voucher_set SET live = live - 1, redeemed = redeemed + 1 WHERE order_id = '${h.expected.orderId}'`],
  ],
  [
    'I-14',
    'a redemption after the end',
    (h) => [
      `UPDATE redemption SET redeemed_at = redeemed_at + interval '400 days' WHERE order_id = '${h.partly.orderId}'`,
    ],
  ],
  [
    'I-14',
    'used at a shop where it is not valid',
    (h, t) => [`DELETE FROM deal_store WHERE deal_id = '${t.dealId}' AND store_id = '${t.storeId}'`],
  ],
  [
    'I-15',
    'used and refunded',
    (h) => [
      `UPDATE refund SET voucher_ids = voucher_ids || '${h.asked.vouchers[0]!.voucherId}'::text, order_id = '${h.asked.orderId}' WHERE refund_id = '${h.afterSaleId}'`,
      `UPDATE redemption SET reversed_at = juke_now(), undone_at = redeemed_at WHERE order_id = '${h.undone.orderId}'`,
    ],
  ],
  [
    'I-16',
    'a reward over its rate',
    (h) => [
      'ALTER TABLE reward DROP CONSTRAINT "I-16 within rate and cap"',
      `UPDATE reward SET rate_bps = 1 WHERE reward_id = '${h.expected.rewardId}'`,
    ],
  ],
  ['I-16', 'a rebate that is expected of another sum than stands', (h) => [
    `UPDATE reward SET paid_fen = paid_fen - 1000, amount_fen = (paid_fen - 1000) * rate_bps / 10000 WHERE reward_id = '${h.expected.rewardId}'`,
  ]],
  ['I-16', 'a rebate that is expected at another rate', (h) => [`UPDATE reward SET amount_fen = amount_fen - 1 WHERE reward_id = '${h.expected.rewardId}'`]],
  [
    'I-17',
    'a link younger than the order',
    (h) => [
      `UPDATE attribution SET attributed_at = attributed_at WHERE order_id = '${h.expected.orderId}'`,
      "UPDATE share_link SET created_at = juke_now() + interval '1 day'",
    ],
  ],
  [
    'I-17',
    'a touch of no link',
    () => [
      `INSERT INTO touch (token, merchant_id, deal_id, visitor_id, surface) SELECT 'nosuchlink00', merchant_id, deal_id, 'visitor-1', 'h5' FROM guest_order LIMIT 1`,
    ],
  ],
  ['I-17', 'a guard switched off', () => ['ALTER TABLE attribution DISABLE TRIGGER attribution_frozen']],
  [
    'I-18',
    'a released reward under a flag',
    (h) => [`UPDATE reward SET held_for = '{same_device}' WHERE reward_id = '${h.served.rewardId}'`],
  ],
  [
    'I-18',
    'released before the hold was over',
    (h) => [`UPDATE reward SET release_at = pending_at + interval '1 day' WHERE reward_id = '${h.served.rewardId}'`],
  ],
  [
    'I-18',
    'a reward of nothing that stands',
    (h) => [
      'ALTER TABLE reward DROP CONSTRAINT "A-38 nothing is no reward"',
      `UPDATE reward SET amount_fen = 0 WHERE order_id = '${h.pending.orderId}'`,
      `UPDATE posting SET order_id = NULL, account_kind = replace(account_kind, 'merchant-frozen', 'payout-transit')
        WHERE journal_id IN (SELECT journal_id FROM posting WHERE order_id = '${h.pending.orderId}' AND account_kind = 'reward-pending')`,
    ],
  ],
  [
    'I-18',
    'pending while an after-sale waits',
    (h) => [`UPDATE refund SET order_id = '${h.pending.orderId}' WHERE refund_id = '${h.afterSaleId}'`],
  ],
  [
    'I-19',
    'a fee that was not posted',
    (h) => [`UPDATE guest_order SET provider_fee_fen = provider_fee_fen + 1 WHERE order_id = '${h.partly.orderId}'`],
  ],
  [
    'I-19',
    'a split of other amounts',
    (h) => [
      `UPDATE split SET commission_fen = commission_fen + 1, merchant_fen = merchant_fen - 1 WHERE order_id = '${h.served.orderId}'`,
    ],
  ],
  [
    'I-19',
    'a subsidy that was never posted',
    (h) => [
      `UPDATE voucher SET subsidy_fen = 100 WHERE order_id = '${h.served.orderId}'`,
      `INSERT INTO subsidy (subsidy_id, order_id, merchant_id, state, amount_fen) SELECT 'sub_bad', order_id, merchant_id, 'succeeded', 100 FROM guest_order WHERE order_id = '${h.served.orderId}'`,
      "INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at) VALUES ('subsidy', 'sub_bad', 'due', 'succeeded', juke_now())",
    ],
  ],
  [
    'I-19',
    'served with a part of the platform that nobody paid',
    (h) => [`UPDATE voucher SET subsidy_fen = 100 WHERE order_id = '${h.served.orderId}'`],
  ],
  [
    'I-21',
    'parked in silence',
    () => [
      "UPDATE fact SET state = 'parked' WHERE kind = 'order.paid' AND fact_id = (SELECT min(fact_id) FROM fact WHERE kind = 'order.paid')",
    ],
  ],
  [
    'I-21',
    'paid without its fact',
    (h) => [`DELETE FROM fact WHERE kind = 'order.paid' AND subject = '${h.served.orderId}'`],
  ],
  [
    'I-21',
    'due for more than a minute',
    () => ["UPDATE fact SET state = 'due', due_at = juke_now() - interval '61 seconds' WHERE kind = 'order.paid'"],
  ],
  [
    'I-22',
    'an answer about nothing',
    () => ["UPDATE idempotency SET answer = jsonb_build_object('orderId', 'ord_nothing')"],
  ],
  [
    'I-23',
    "another merchant's row",
    (h) => [`UPDATE voucher_set SET merchant_id = 'mch_other' WHERE order_id = '${h.expected.orderId}'`],
  ],
  ['I-23', 'a clerk who deleted the account', () => ['UPDATE person SET deleted_at = juke_now() WHERE person_id = (SELECT max(person_id) FROM staff)']],
  ['I-24', 'a fraction of a fen', () => ['ALTER TABLE bill_day ADD COLUMN extra_fen double precision']],
  [
    'I-24',
    'a function that takes a fraction',
    () => ['CREATE FUNCTION bad_part(amount numeric) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$'],
  ],
  [
    'I-26',
    'an unexplained line',
    () => [
      "INSERT INTO bill_day (bill_date, payments_fen, refunds_fen, lines, unexplained) VALUES ('2026-11-19', 1, 0, 1, 1)",
    ],
  ],
  [
    'I-28',
    'a fact tried for ever',
    () => ['UPDATE fact SET attempts = 99 WHERE fact_id = (SELECT min(fact_id) FROM fact)'],
  ],
];

test.each(damages)('%s sees %s, and nothing else is blamed', async (id, _what, sql) => {
  const client = new pg.Client({ connectionString: town.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SET LOCAL session_replication_role = 'replica'");
    for (const statement of sql(history, town)) await client.query(statement);
    const findings = await checkInvariants(
      { query: async (text, params = []) => (await client.query(text, params as unknown[])).rows },
      { live: true },
    );
    expect([...new Set(broken(findings).map((f) => f.id))]).toEqual([id]);
    expect(broken(findings)[0]!.violations.length).toBeGreaterThan(0);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
});

test('I-21 asks for overdue facts only where a worker runs', async () => {
  const other = openDb(town.url, { max: 1 });
  try {
    const still = await checkInvariants(other);
    const live = await checkInvariants(other, { live: true });
    expect(live.length).toBe(still.length + 1);
  } finally {
    await other.end();
  }
});
