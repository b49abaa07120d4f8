/** What must hold of purchases (several orders, one combined payment), as queries. Ids as in the reliability list. */
import type { Invariant } from './invariants';

export const purchaseInvariants: Invariant[] = [
  {
    id: 'I-06',
    says: "A purchase costs what its orders cost; they are one person's, placed together and ending together.",
    rowsSql: 'SELECT (SELECT count(*) FROM purchase) + (SELECT count(*) FROM guest_order)',
    violationsSql: `
      SELECT u.purchase_id AS id, u.payable_fen, x.orders_fen, x.orders FROM purchase u CROSS JOIN LATERAL (
        SELECT count(*)::int AS orders, coalesce(sum(o.payable_fen), 0)::bigint AS orders_fen,
          bool_and(o.buyer_id = u.buyer_id AND o.placed_at = u.placed_at AND o.expires_at = u.expires_at) AS is_one
        FROM guest_order o WHERE o.purchase_id = u.purchase_id) x
        WHERE x.orders <> u.orders OR x.orders_fen <> u.payable_fen OR x.is_one IS NOT TRUE
      UNION ALL SELECT o.order_id, o.payable_fen, NULL, NULL FROM guest_order o
        WHERE o.purchase_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM purchase u WHERE u.purchase_id = o.purchase_id)`,
  },
  {
    id: 'I-08',
    says: 'The orders of a purchase are all unpaid, all ended the same way, or all paid.',
    rowsSql: 'SELECT count(*) FROM guest_order',
    violationsSql: `SELECT purchase_id AS id, array_agg(DISTINCT state) AS states FROM guest_order
      WHERE purchase_id IS NOT NULL GROUP BY purchase_id
      HAVING count(DISTINCT CASE WHEN paid_at IS NULL THEN state ELSE 'paid' END) > 1`,
  },
  {
    id: 'I-09',
    says: 'A combined payment has one intent for each order of one purchase; all of them succeeded, or none, for the same payer.',
    rowsSql: 'SELECT count(*) FROM payment',
    violationsSql: `
      SELECT p.combine_no AS id, 'not all of one purchase, or not in one state' AS what FROM payment p
        LEFT JOIN guest_order o ON o.order_id = p.order_id LEFT JOIN purchase u ON u.purchase_id = o.purchase_id
        WHERE p.combine_no IS NOT NULL GROUP BY p.combine_no
        HAVING count(DISTINCT o.purchase_id) <> 1 OR count(*) <> max(u.orders) OR count(DISTINCT p.order_id) <> count(*)
          OR count(DISTINCT p.state) > 1 OR count(DISTINCT p.method) > 1 OR count(DISTINCT p.payer_openid) > 1
          OR count(DISTINCT p.unwanted) > 1
      UNION ALL SELECT p.payment_id, 'combined, and alone' FROM payment p JOIN guest_order o USING (order_id)
        WHERE (p.combine_no IS NULL) <> (o.purchase_id IS NULL)`,
  },
];
