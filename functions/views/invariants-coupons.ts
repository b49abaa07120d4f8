/** What must hold of coupons, as queries: claims, counters, carriers, gifts. */
import type { Invariant } from './invariants';

/** Accounts that were joined into this one count with it: each had its own limit. */
const ACCOUNTS = (person: string) => `(SELECT count(*) FROM person j WHERE j.person_id = ${person} OR j.joined_into = ${person})`;

export const couponInvariants: Invariant[] = [
  {
    id: 'I-11',
    says: 'Claims of an offer are within its cap and each person\'s limit, and counted exactly; a coupon is held or used by the orders that carry it, and by no others.',
    rowsSql: 'SELECT (SELECT count(*) FROM coupon) + (SELECT count(*) FROM coupon_offer)',
    violationsSql: `
      SELECT o.offer_id AS id, 'claims' AS what, o.claimed::bigint AS counted, count(c.coupon_id) AS found FROM coupon_offer o
        LEFT JOIN coupon c USING (offer_id) GROUP BY o.offer_id
        HAVING o.claimed <> count(c.coupon_id) OR o.claimed > o.total
      UNION ALL SELECT o.offer_id, 'claims by person', o.claimed, coalesce(sum(p.claimed), 0) FROM coupon_offer o
        LEFT JOIN coupon_claim p USING (offer_id) GROUP BY o.offer_id HAVING o.claimed <> coalesce(sum(p.claimed), 0)
      UNION ALL SELECT p.person_id, 'over the limit of ' || o.offer_id, greatest(p.claimed, p.received), o.per_person
        FROM coupon_claim p JOIN coupon_offer o USING (offer_id)
        WHERE greatest(p.claimed, p.received) > o.per_person * ${ACCOUNTS('p.person_id')}
      UNION ALL SELECT person_id, 'coupons at hand', coalesce(h.held, 0), coalesce(c.held, 0) FROM coupon_holder h
        FULL JOIN (SELECT owner_id AS person_id, count(*)::int AS held FROM coupon
          WHERE state IN ('available', 'held', 'passing') GROUP BY 1) c USING (person_id)
        WHERE coalesce(h.held, 0) <> coalesce(c.held, 0)
      UNION ALL SELECT c.coupon_id, 'carriers of a coupon that is ' || c.state, u.held, u.used FROM coupon c CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE u.state = 'held') AS held, count(*) FILTER (WHERE u.state = 'used') AS used,
          coalesce(bool_or(u.state <> 'returned' AND (g.order_id IS NULL OR g.buyer_id <> c.owner_id)), false) AS is_foreign,
          coalesce(bool_or(u.state = 'held' AND g.state IN ('cancelled', 'expired')
            OR u.state = 'held' AND g.paid_at IS NOT NULL OR u.state = 'used' AND g.paid_at IS NULL), false) AS is_stale
        FROM coupon_use u LEFT JOIN guest_order g ON g.order_id = u.order_id WHERE u.coupon_id = c.coupon_id) u
        WHERE u.is_foreign OR u.is_stale OR CASE c.state WHEN 'held' THEN u.held = 0 OR u.used > 0
          WHEN 'used' THEN u.used = 0 OR u.held > 0 ELSE u.held + u.used > 0 END
      UNION ALL SELECT u.coupon_id, 'not what the order says: ' || u.order_id, u.discount_fen, coalesce(-l.amount_fen, 0)
        FROM coupon_use u LEFT JOIN order_line l ON l.order_id = u.order_id AND l.coupon_id = u.coupon_id
        WHERE l.order_id IS NULL OR u.discount_fen <> -l.amount_fen OR u.platform_fen <> l.platform_fen
      UNION ALL SELECT l.coupon_id, 'a discount of no coupon: ' || l.order_id, -l.amount_fen, 0 FROM order_line l
        LEFT JOIN coupon_use u ON u.order_id = l.order_id AND u.coupon_id = l.coupon_id
        WHERE l.coupon_id IS NOT NULL AND u.coupon_id IS NULL
      UNION ALL SELECT c.coupon_id, 'passing without its gift', 0, 0 FROM coupon c
        WHERE (c.state = 'passing') <> EXISTS (SELECT FROM coupon_gift g WHERE g.coupon_id = c.coupon_id AND g.state = 'open'
          AND g.giver_id = c.owner_id)`,
  },
];
