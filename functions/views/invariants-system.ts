/** What must hold of keys, facts, tenants, columns and limits, as queries. Ids as in the reliability list. */
import {
  FACT_OVERDUE_MS,
  FACT_TRIES,
  MAX_QUANTITY,
  REFUND_MAX_PARTS,
  TRACE_KEPT_MS,
  WITHDRAWALS_PER_DAY_MAX,
} from '../contract/limits';
import type { Invariant } from './invariants';

const OURS =
  "c.table_schema = 'public' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = format('public.%I', c.table_name)::regclass AND d.deptype = 'e')";

/** Facts that are done are forgotten in the end (worker_forget): of what is older nobody asks for them. */
export const TRACED = `> juke_now() - interval '${TRACE_KEPT_MS} milliseconds'`;

export const systemInvariants: Invariant[] = [
  {
    id: 'I-21',
    says: 'What has a reaction has its fact; a fact that is parked has an alarm.',
    rowsSql: 'SELECT count(*) FROM fact',
    violationsSql: `
      SELECT f.fact_id AS id, f.kind, 'parked without an alarm' AS what FROM fact f
        WHERE f.state = 'parked' AND NOT EXISTS (
        SELECT FROM alarm a WHERE a.kind = 'fact.parked' AND a.subject = f.fact_id || ':' || f.reaction)
      UNION ALL SELECT o.order_id, 'order.paid', 'paid without its fact' FROM guest_order o
        WHERE o.paid_at ${TRACED} AND NOT EXISTS (SELECT FROM fact f
          WHERE f.subject = o.order_id AND f.kind = 'order.paid')
      UNION ALL SELECT o.order_id, 'order.placed', 'placed without its fact' FROM guest_order o
        WHERE o.placed_at ${TRACED} AND NOT EXISTS (SELECT FROM fact f WHERE f.subject = coalesce(o.purchase_id, o.order_id)
          AND f.kind = CASE WHEN o.purchase_id IS NULL THEN 'order.placed' ELSE 'purchase.placed' END)
      UNION ALL SELECT r.reward_id, 'reward.pending', 'pending without its fact' FROM reward r
        WHERE r.state = 'pending' AND r.pending_at ${TRACED} AND NOT EXISTS (
        SELECT FROM fact f WHERE f.subject = r.reward_id AND f.kind = 'reward.pending')
      UNION ALL SELECT r.refund_id, 'refund.accepted', 'accepted without its fact' FROM refund r
        WHERE r.state = 'accepted' AND r.accepted_at ${TRACED} AND NOT EXISTS (
        SELECT FROM fact f WHERE f.subject = r.refund_id AND f.kind IN ('refund.accepted', 'after_sale.accepted'))
      UNION ALL SELECT w.withdrawal_id, 'withdrawal.requested', 'requested without its fact' FROM withdrawal w
        WHERE w.requested_at ${TRACED} AND NOT EXISTS (
        SELECT FROM fact f WHERE f.subject = w.withdrawal_id AND f.kind = 'withdrawal.requested')
      UNION ALL SELECT s.order_id, 'voucher.expiring', 'unused, and nobody gives it back at its end' FROM voucher_set s
        WHERE s.live > 0 AND NOT EXISTS (SELECT FROM fact f
          WHERE f.subject = s.order_id AND f.kind = 'voucher.expiring')
      UNION ALL SELECT s.order_id, 'order.splittable', 'served, and nobody settles it' FROM voucher_set s
        WHERE s.live = 0 AND EXISTS (SELECT FROM redemption d WHERE d.order_id = s.order_id AND d.undone_at IS NULL
          AND d.redeemed_at ${TRACED}
          AND NOT EXISTS (SELECT FROM refund f WHERE f.order_id = s.order_id AND f.funded AND f.kind = 'after_sale'
            AND d.voucher_id = ANY (f.voucher_ids)))
          AND NOT EXISTS (SELECT FROM split x WHERE x.order_id = s.order_id AND x.state = 'succeeded')
          AND NOT EXISTS (SELECT FROM fact f
            WHERE f.subject = s.order_id AND f.kind = 'order.splittable')`,
  },
  {
    // Only where a worker runs: a database that is merely stored has nobody to do what falls due.
    id: 'I-21',
    live: true,
    says: 'A fact that has been due for a minute is running, done or parked.',
    rowsSql: "SELECT count(*) FROM fact WHERE state IN ('due', 'running')",
    violationsSql: `SELECT fact_id, kind, reaction, subject, state, due_at, attempts FROM fact
      WHERE state = 'due' AND due_at < juke_now() - interval '${FACT_OVERDUE_MS} milliseconds'
        OR state = 'running' AND lease_until < juke_now() - interval '${FACT_OVERDUE_MS} milliseconds'`,
  },
  {
    id: 'I-22',
    says: 'An accepted key has one answer, and what it names is there.',
    rowsSql: 'SELECT count(*) FROM idempotency',
    violationsSql: `SELECT i.actor, i.key, i.answer FROM idempotency i WHERE i.body_hash !~ '^[0-9a-f]{64}$'
      OR i.answer ? 'orderId' AND NOT EXISTS (SELECT FROM guest_order WHERE order_id = i.answer ->> 'orderId')
      OR i.answer ? 'purchaseId' AND NOT EXISTS (SELECT FROM purchase WHERE purchase_id = i.answer ->> 'purchaseId')
      OR i.answer ->> 'refundId' IS NOT NULL AND NOT EXISTS (SELECT FROM refund WHERE refund_id = i.answer ->> 'refundId')
      OR i.answer ? 'redemptionId' AND NOT EXISTS (SELECT FROM redemption
      WHERE redemption_id = i.answer ->> 'redemptionId')
      OR i.answer ? 'withdrawalId' AND NOT EXISTS (SELECT FROM withdrawal
      WHERE withdrawal_id = i.answer ->> 'withdrawalId')
      UNION ALL SELECT actor, key, NULL FROM idempotency GROUP BY actor, key HAVING count(*) > 1`,
  },
  {
    id: 'I-23',
    says: 'Every row of a trade carries the merchant that its order, deal or store has.',
    rowsSql:
      'SELECT (SELECT count(*) FROM guest_order) + (SELECT count(*) FROM voucher) + (SELECT count(*) FROM deal_store)',
    violationsSql: `
      SELECT 'order' AS what, o.order_id AS id FROM guest_order o JOIN deal d USING (deal_id)
        WHERE o.merchant_id <> d.merchant_id
      UNION ALL SELECT 'voucher', v.voucher_id FROM voucher v JOIN guest_order o USING (order_id)
        WHERE v.merchant_id <> o.merchant_id
      UNION ALL SELECT 'voucher set', s.order_id FROM voucher_set s JOIN guest_order o USING (order_id)
        WHERE s.merchant_id <> o.merchant_id
      UNION ALL SELECT 'redemption', r.redemption_id FROM redemption r JOIN guest_order o USING (order_id)
        WHERE r.merchant_id <> o.merchant_id
      UNION ALL SELECT 'refund', r.refund_id FROM refund r JOIN guest_order o USING (order_id)
        WHERE r.merchant_id <> o.merchant_id
      UNION ALL SELECT 'reward', r.reward_id FROM reward r JOIN guest_order o USING (order_id)
        WHERE r.merchant_id <> o.merchant_id
      UNION ALL SELECT 'split', s.split_id FROM split s JOIN guest_order o USING (order_id)
        WHERE s.merchant_id <> o.merchant_id
      UNION ALL SELECT 'touch', t.touch_id::text FROM touch t JOIN share_link l USING (token)
        WHERE t.merchant_id <> l.merchant_id
      UNION ALL SELECT 'share', l.token FROM share_link l JOIN deal d USING (deal_id)
        WHERE l.merchant_id <> d.merchant_id
      UNION ALL SELECT 'stock', k.deal_id FROM deal_stock k JOIN deal d USING (deal_id)
        WHERE k.merchant_id <> d.merchant_id
      UNION ALL SELECT 'deal at store', x.deal_id FROM deal_store x JOIN deal d USING (deal_id)
        JOIN store s USING (store_id) WHERE x.merchant_id <> d.merchant_id OR x.merchant_id <> s.merchant_id`,
  },
  {
    id: 'I-23',
    says: 'Whoever deleted the account works at no shop any more, or will not in a moment.',
    rowsSql: 'SELECT count(*) FROM staff WHERE removed_at IS NULL',
    violationsSql: `SELECT s.staff_id, s.merchant_id, s.person_id, p.deleted_at FROM staff s JOIN person p USING (person_id)
      WHERE s.removed_at IS NULL AND p.deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM fact f
        WHERE f.subject = coalesce(p.joined_into, p.person_id) AND f.kind = 'person.deleted' AND f.reaction = 'leave-jobs'
          AND f.state IN ('due', 'running'))`,
  },
  {
    id: 'I-24',
    says: 'Every amount is a whole number of fen and every rate 0…10000 bps; no column or function of ours takes a fraction.',
    rowsSql: `SELECT count(*) FROM information_schema.columns c WHERE ${OURS}`,
    violationsSql: `
      SELECT c.table_name || '.' || c.column_name AS what, c.data_type::text AS type FROM information_schema.columns c
        WHERE ${OURS} AND (c.data_type IN ('real', 'double precision', 'numeric', 'money')
          OR c.column_name LIKE '%\\_fen' AND c.data_type <> 'bigint'
          OR c.column_name LIKE '%\\_bps' AND c.data_type <> 'integer')
      UNION ALL SELECT p.proname || '()', format_type(t.oid, NULL) FROM pg_proc p
        CROSS JOIN LATERAL unnest(p.proargtypes::oid[] || p.prorettype) AS a (oid) JOIN pg_type t ON t.oid = a.oid
        WHERE p.pronamespace = 'public'::regnamespace AND t.typname IN ('float4', 'float8', 'numeric', 'money')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
      UNION ALL SELECT 'deal_terms ' || deal_id, 'rate' FROM deal_terms WHERE rebate_bps NOT BETWEEN 0 AND 10000
        OR commission_bps NOT BETWEEN 0 AND 10000
      UNION ALL SELECT 'guest_order ' || order_id, 'rate' FROM guest_order WHERE rebate_bps NOT BETWEEN 0 AND 10000
        OR commission_bps NOT BETWEEN 0 AND 10000
      UNION ALL SELECT 'reward ' || reward_id, 'rate' FROM reward WHERE rate_bps NOT BETWEEN 0 AND 10000`,
  },
  {
    id: 'I-28',
    says: 'Nothing went over its limit: tries of a fact, parts of a refund, vouchers of an order, withdrawals of a day.',
    rowsSql: 'SELECT (SELECT count(*) FROM fact) + (SELECT count(*) FROM payment)',
    violationsSql: `
      SELECT 'tries' AS what, fact_id || ':' || reaction AS id, attempts::bigint AS count FROM fact
        WHERE attempts > ${FACT_TRIES}
      UNION ALL SELECT 'refund parts', payment_id, count(*) FROM refund
        WHERE state NOT IN ('requested', 'declined') GROUP BY payment_id
        HAVING count(*) > ${REFUND_MAX_PARTS}
      UNION ALL SELECT 'vouchers', order_id, count(*) FROM voucher GROUP BY order_id HAVING count(*) > ${MAX_QUANTITY}
      UNION ALL SELECT 'withdrawals', person_id, count(*) FROM withdrawal
        GROUP BY person_id, (requested_at AT TIME ZONE 'Asia/Shanghai')::date
          HAVING count(*) > ${WITHDRAWALS_PER_DAY_MAX}`,
  },
];
