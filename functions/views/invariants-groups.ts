/** What must hold of group buys and their seats, as queries. Ids as in the reliability list. */
import type { Invariant } from './invariants';
import { TRACED } from './invariants-system';

export const groupInvariants: Invariant[] = [
  {
    id: 'I-12',
    says: 'A group succeeded exactly when enough seats were paid before its deadline; a person has one seat; every seat has its order, and every order its seat.',
    rowsSql: 'SELECT (SELECT count(*) FROM group_buy) + (SELECT count(*) FROM group_seat)',
    violationsSql: `
      SELECT b.group_id AS id, b.state AS state, 'counts differ from its seats' AS what FROM group_buy b CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state <> 'released') AS taken, count(*) FILTER (WHERE state = 'confirmed') AS confirmed
          FROM group_seat WHERE group_id = b.group_id) s
        WHERE b.taken <> s.taken OR b.confirmed <> s.confirmed OR b.taken > b.size
      UNION ALL SELECT group_id, state, 'complete and not succeeded, or the other way round' FROM group_buy
        WHERE CASE WHEN state = 'succeeded' THEN confirmed < min_size OR confirmed <> taken
          WHEN state = 'failed' THEN confirmed >= min_size
          WHEN state IN ('open', 'closing') THEN confirmed NOT BETWEEN 1 AND size - 1 ELSE confirmed > 0 END
      UNION ALL SELECT s.order_id, s.state, 'paid after the deadline' FROM group_seat s JOIN group_buy b USING (group_id)
        WHERE s.confirmed_at >= b.deadline
      UNION ALL SELECT min(order_id), min(state), 'two seats of one person, or one seat twice' FROM group_seat
        WHERE state <> 'released' GROUP BY group_id, person_id HAVING count(*) > 1
      UNION ALL SELECT min(order_id), min(state), 'two seats of one person, or one seat twice' FROM group_seat
        WHERE state <> 'released' GROUP BY group_id, seat_no HAVING count(*) > 1
      UNION ALL SELECT o.order_id, s.state, 'a seat that is not as its order' FROM guest_order o
        FULL JOIN group_seat s ON s.order_id = o.order_id
        WHERE (o.group_id IS NOT NULL OR s.order_id IS NOT NULL) AND (
          o.group_id IS DISTINCT FROM s.group_id OR o.merchant_id IS DISTINCT FROM s.merchant_id
          OR o.quantity <> 1 OR CASE s.state WHEN 'held' THEN o.state <> 'unpaid' WHEN 'confirmed' THEN o.paid_at IS NULL
            ELSE o.state NOT IN ('cancelled', 'expired') AND (o.paid_at IS NULL OR o.refunded_fen < o.payable_fen) END)
      UNION ALL SELECT s.order_id, b.state, 'of a failed group, and nobody gives it back' FROM group_seat s
        JOIN group_buy b USING (group_id) JOIN guest_order o ON o.order_id = s.order_id
        WHERE b.state = 'failed' AND s.state = 'confirmed' AND o.refunded_fen = 0 AND b.ended_at ${TRACED}
          AND NOT EXISTS (SELECT FROM fact f WHERE f.subject = s.order_id AND f.kind = 'order.unseated')
      UNION ALL SELECT group_id, state, 'open and nobody closes it' FROM group_buy b
        WHERE state IN ('open', 'closing')
          AND NOT EXISTS (SELECT FROM fact f WHERE f.subject = b.group_id AND f.kind = 'group.closing')
      UNION ALL SELECT b.group_id, b.state, 'not of its deal' FROM group_buy b JOIN deal d USING (deal_id)
        WHERE b.merchant_id <> d.merchant_id`,
  },
];
