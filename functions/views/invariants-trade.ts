/** What must hold of orders, stock, vouchers, refunds and rewards, as queries. Ids as in the reliability list. */
import { MAX_QUANTITY, REWARD_MIN_FEN } from '../contract/limits';
import type { Invariant } from './invariants';
import { LADDER_DUE, OWN_REFUND, STANDING_REFUND } from './invariants-ledger';

/** Subject kind → its table and id, and the states it may be born in. */
const SUBJECTS: [kind: string, table: string, id: string, born: string][] = [
  ['order', 'guest_order', 'order_id', "'unpaid'"],
  ['payment', 'payment', 'payment_id', "'created'"],
  ['voucher', 'voucher', 'voucher_id', "'issued'"],
  ['refund', 'refund', 'refund_id', "'requested', 'accepted'"],
  ['reward', 'reward', 'reward_id', "'expected', 'cancelled'"],
  ['split', 'split', 'split_id', "'due'"],
  ['subsidy', 'subsidy', 'subsidy_id', "'due'"],
  ['coupon', 'coupon', 'coupon_id', "'available'"],
  ['couponOffer', 'coupon_offer', 'offer_id', "'active'"],
  ['groupBuy', 'group_buy', 'group_id', "'opening'"],
  ['seat', 'group_seat', 'order_id', "'held'"],
  ['withdrawal', 'withdrawal', 'withdrawal_id', "'requested'"],
];
const SUBJECT_ROWS = SUBJECTS.map(
  ([kind, table, id, born]) => `SELECT '${kind}' AS kind, ${id} AS id, state, ARRAY[${born}] AS born FROM ${table}`,
).join(' UNION ALL ');
/** Units that left the shelf: a voucher given back unused returned its unit, one taken back after use did not. */
const SOLD_UNITS = `SELECT v.deal_id, v.owner_id, count(*)::int AS units FROM voucher v WHERE NOT EXISTS (
  SELECT FROM refund f WHERE f.order_id = v.order_id AND v.voucher_id = ANY (f.voucher_ids)
    AND f.kind IN ('unused', 'expired') AND ${STANDING_REFUND}) GROUP BY 1, 2`;
/** Unpaid, or paid for a seat in a group that is not complete and not given back. */
const HELD_UNITS = `SELECT deal_id, buyer_id AS owner_id, sum(quantity)::int AS units FROM guest_order o
  WHERE state = 'unpaid' OR state = 'paid' AND group_id IS NOT NULL AND refunded_fen = 0
    AND NOT EXISTS (SELECT FROM voucher_set s WHERE s.order_id = o.order_id) GROUP BY 1, 2`;

/** One person now: accounts that were joined count as the one that lives on. */
const sameNow = (a: string, b: string) =>
  `(${a} = ${b} OR (SELECT coalesce(joined_into, person_id) FROM person
      WHERE person_id = ${a}) = (SELECT coalesce(joined_into, person_id) FROM person WHERE person_id = ${b}))`;

export const tradeInvariants: Invariant[] = [
  {
    id: 'I-06',
    says: 'An order costs what its lines say: price × quantity less the discount, never below 0.',
    rowsSql: 'SELECT count(*) FROM guest_order',
    violationsSql: `SELECT o.order_id, o.payable_fen, l.* FROM guest_order o CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_fen), 0) AS sum_fen,
          coalesce(sum(amount_fen) FILTER (WHERE kind = 'price'), 0) AS price_fen,
          coalesce(-sum(amount_fen) FILTER (WHERE kind <> 'price'), 0) AS discount_fen,
          coalesce(-sum(amount_fen) FILTER (WHERE kind = 'friend_discount'), 0) AS friend_fen,
          coalesce(-sum(amount_fen) FILTER (WHERE kind = 'host_benefit'), 0) AS host_fen,
          coalesce(sum(platform_fen), 0) AS platform_fen,
          coalesce(bool_or(amount_fen >= 0 AND kind <> 'price' OR platform_fen > -amount_fen AND kind <> 'price'
            OR (coupon_id IS NOT NULL) <> (kind IN ('platform_coupon', 'merchant_coupon'))), false) AS is_odd
          FROM order_line WHERE order_id = o.order_id) l
      LEFT JOIN deal_terms t ON t.deal_id = o.deal_id AND t.version = o.terms_version
      LEFT JOIN group_buy b ON b.group_id = o.group_id
      WHERE t.deal_id IS NULL OR l.is_odd OR o.payable_fen <> l.sum_fen OR o.discount_fen <> l.discount_fen
        OR l.price_fen <> o.unit_price_fen * o.quantity OR o.subsidy_fen <> l.platform_fen
        OR o.price_kind IN ('single', 'flash') AND o.unit_price_fen <> t.price_fen
        OR o.price_kind = 'off_peak' AND o.unit_price_fen IS DISTINCT FROM (t.off_peak ->> 'priceFen')::bigint
        OR o.price_kind = 'group' AND o.unit_price_fen IS DISTINCT FROM b.price_fen
        OR (o.price_kind = 'group') <> (o.group_id IS NOT NULL) OR l.host_fen > coalesce(b.host_benefit_fen, 0)
        OR l.friend_fen > t.friend_discount_fen OR o.payable_fen < o.quantity OR o.quantity NOT BETWEEN 1 AND ${MAX_QUANTITY}`,
  },
  {
    id: 'I-07',
    says: 'Refunds in flight and done never exceed what was paid, by order and by payment; the order counts them exactly.',
    rowsSql: 'SELECT count(*) FROM refund',
    violationsSql: `
      SELECT o.order_id AS id, o.payable_fen AS paid_fen, o.refunded_fen AS counted_fen, f.fen AS refunds_fen,
        v.fen AS vouchers_fen FROM guest_order o
      CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount_fen), 0) AS fen FROM refund f
        WHERE f.order_id = o.order_id AND ${OWN_REFUND} AND ${STANDING_REFUND}) f
      CROSS JOIN LATERAL (SELECT coalesce(sum(v.paid_fen), 0) AS fen FROM voucher v
        WHERE v.order_id = o.order_id AND v.state IN ('refunding', 'refunded')) v
      WHERE o.refunded_fen <> f.fen + ${LADDER_DUE} OR o.refunded_fen > o.payable_fen
        OR CASE WHEN EXISTS (SELECT FROM voucher_set s WHERE s.order_id = o.order_id)
          THEN o.refunded_fen <> v.fen + o.ladder_fen ELSE o.refunded_fen NOT IN (0, o.payable_fen) END
        OR o.state = 'refunded' AND o.refunded_fen <> o.payable_fen
      UNION ALL SELECT p.payment_id, p.amount_fen, NULL, sum(f.amount_fen), NULL FROM payment p
        JOIN refund f ON f.payment_id = p.payment_id AND ${STANDING_REFUND}
      GROUP BY p.payment_id HAVING sum(f.amount_fen) > p.amount_fen OR p.state <> 'succeeded'`,
  },
  {
    id: 'I-08',
    says: 'Every state was reached step by step along the table, one history row a step.',
    rowsSql: 'SELECT count(*) FROM state_change',
    violationsSql: `
      WITH step AS (
        SELECT c.*, lag(to_state) OVER w AS before_state, lead(change_id) OVER w AS next_id
          FROM state_change c WINDOW w AS (PARTITION BY subject_kind, subject_id ORDER BY change_id)),
      subject AS MATERIALIZED (${SUBJECT_ROWS})
      SELECT c.subject_kind AS kind, c.subject_id AS id, c.from_state, c.to_state,
        'a step that does not exist' AS what FROM step c
        WHERE NOT EXISTS (SELECT FROM transition t WHERE t.subject_kind = c.subject_kind
          AND t.from_state = c.from_state AND t.to_state = c.to_state)
      UNION ALL SELECT c.subject_kind, c.subject_id, c.from_state, c.to_state, 'a gap in the history'
        FROM step c WHERE c.before_state <> c.from_state
      UNION ALL SELECT s.kind, s.id, c.from_state, s.state, 'born in a wrong state' FROM subject s
        LEFT JOIN step c ON c.subject_kind = s.kind AND c.subject_id = s.id AND c.before_state IS NULL
        WHERE coalesce(c.from_state, s.state) <> ALL (s.born)
      UNION ALL SELECT s.kind, s.id, c.to_state, s.state, 'the history ends elsewhere' FROM subject s
        JOIN step c ON c.subject_kind = s.kind AND c.subject_id = s.id AND c.next_id IS NULL
        WHERE c.to_state <> s.state`,
  },
  {
    id: 'I-09',
    says: 'A WeChat transaction belongs to one intent of one order, of its amount and its merchant; every paid order has the one that paid it.',
    rowsSql: 'SELECT count(*) FROM payment',
    violationsSql: `
      SELECT p.payment_id AS id, 'differs from its order' AS what FROM payment p
        LEFT JOIN guest_order o ON o.order_id = p.order_id LEFT JOIN merchant m ON m.merchant_id = o.merchant_id
        WHERE o.order_id IS NULL OR p.amount_fen <> o.payable_fen OR p.merchant_id <> o.merchant_id
          OR p.sub_mchid IS DISTINCT FROM m.sub_mchid OR p.currency <> 'CNY'
      UNION ALL SELECT transaction_id, 'one transaction, several intents' FROM payment
        WHERE transaction_id IS NOT NULL GROUP BY transaction_id HAVING count(*) > 1
      UNION ALL SELECT p.payment_id, 'paid without a transaction or a journal' FROM payment p
        WHERE p.state = 'succeeded' AND (p.transaction_id IS NULL OR p.succeeded_at IS NULL
        OR (SELECT count(*) FROM journal j WHERE j.kind IN ('payment', 'payment.unwanted')
        AND j.subject = p.payment_id) <> 1)
      UNION ALL SELECT o.order_id, 'paid, but not by exactly one payment' FROM guest_order o
        WHERE (o.paid_at IS NOT NULL)::int <> (
        SELECT count(*) FROM payment p JOIN journal j ON j.kind = 'payment' AND j.subject = p.payment_id
          WHERE p.order_id = o.order_id AND p.state = 'succeeded')
        OR (o.paid_at IS NOT NULL) <> (o.state IN ('paid', 'completed', 'refunded'))`,
  },
  {
    id: 'I-10',
    says: 'Of each deal, units available, held by unpaid orders and sold are what was stocked; what a person has is counted exactly.',
    rowsSql: 'SELECT count(*) FROM deal_stock',
    violationsSql: `
      SELECT k.deal_id, NULL AS person_id, k.held, coalesce(h.units, 0) AS holds, k.sold, coalesce(s.units,
        0) AS sold_units FROM deal_stock k
      LEFT JOIN (SELECT deal_id, sum(units)::int AS units FROM (${HELD_UNITS}) x GROUP BY 1) h USING (deal_id)
      LEFT JOIN (SELECT deal_id, sum(units)::int AS units FROM (${SOLD_UNITS}) x GROUP BY 1) s USING (deal_id)
      WHERE k.held <> coalesce(h.units, 0) OR k.sold <> coalesce(s.units, 0)
        OR k.available + k.held + k.sold <> k.stocked OR k.available < 0
      UNION ALL SELECT deal_id, person_id, coalesce(b.quantity, 0), coalesce(x.units, 0), NULL, NULL FROM deal_buyer b
      FULL JOIN (SELECT deal_id, owner_id AS person_id, sum(units)::int AS units FROM (${HELD_UNITS}
        UNION ALL ${SOLD_UNITS}) x GROUP BY 1, 2) x USING (deal_id, person_id)
      WHERE coalesce(b.quantity, 0) <> coalesce(x.units, 0)`,
  },
  {
    id: 'I-13',
    says: 'A paid order has exactly its quantity of vouchers, worth what was paid in the end; an unpaid one has none, one of a group buy until that succeeded; the counts are true.',
    rowsSql: 'SELECT count(*) FROM voucher',
    violationsSql: `
      SELECT o.order_id, o.state, o.quantity, s.issued, v.* FROM guest_order o
        LEFT JOIN voucher_set s ON s.order_id = o.order_id LEFT JOIN group_seat q ON q.order_id = o.order_id
        LEFT JOIN group_buy b ON b.group_id = o.group_id CROSS JOIN LATERAL (
        SELECT count(*)::int AS vouchers, (count(*) FILTER (WHERE state = 'issued'))::int AS live,
          (count(*) FILTER (WHERE state = 'redeemed'))::int AS redeemed,
          (count(*) FILTER (WHERE state = 'refunding'))::int AS refunding,
            (count(*) FILTER (WHERE state = 'refunded'))::int AS refunded,
          coalesce(sum(paid_fen), 0)::bigint AS fen, count(DISTINCT secret)::int AS secrets,
          bool_and(owner_id = o.buyer_id) AS is_owned FROM voucher WHERE order_id = o.order_id) v
      WHERE CASE WHEN o.paid_at IS NULL OR o.group_id IS NOT NULL
        AND (b.state = 'succeeded' AND q.state = 'confirmed') IS NOT TRUE THEN v.vouchers > 0 OR s.order_id IS NOT NULL
        ELSE s.order_id IS NULL OR v.vouchers <> o.quantity OR s.issued <> o.quantity OR v.fen <> o.payable_fen - o.ladder_fen
          OR v.secrets <> v.vouchers OR NOT v.is_owned
          OR (s.live, s.redeemed, s.refunding, s.refunded) <> (v.live, v.redeemed, v.refunding, v.refunded) END`,
  },
  {
    id: 'I-13',
    says: 'A voucher, a count of vouchers and a line belong to an order that is there.',
    rowsSql: 'SELECT (SELECT count(*) FROM voucher) + (SELECT count(*) FROM order_line)',
    violationsSql: `
      SELECT 'voucher' AS what, x.voucher_id AS id FROM voucher x LEFT JOIN guest_order o USING (order_id) WHERE o.order_id IS NULL
      UNION ALL SELECT 'voucher set', x.order_id FROM voucher_set x LEFT JOIN guest_order o USING (order_id)
        WHERE o.order_id IS NULL
      UNION ALL SELECT 'line', x.order_id FROM order_line x LEFT JOIN guest_order o USING (order_id)
        WHERE o.order_id IS NULL`,
  },
  {
    id: 'I-14',
    says: 'A voucher is used at most once net of reversals, inside its validity, at a store of its merchant, by staff of that store.',
    rowsSql: 'SELECT count(*) FROM redemption',
    violationsSql: `
      SELECT voucher_id AS id, 'used twice' AS what FROM redemption
        WHERE undone_at IS NULL AND reversed_at IS NULL GROUP BY voucher_id HAVING count(*) > 1
      UNION ALL SELECT v.voucher_id, 'used without its redemption, or the other way round' FROM voucher v
        WHERE (v.state = 'redeemed') <> EXISTS (
        SELECT FROM redemption r WHERE r.voucher_id = v.voucher_id AND r.undone_at IS NULL
          AND r.reversed_at IS NULL AND r.redemption_id = v.redemption_id)
      UNION ALL SELECT r.redemption_id, 'outside validity, or at a wrong place' FROM redemption r
        LEFT JOIN voucher v ON v.voucher_id = r.voucher_id
        LEFT JOIN store s ON s.store_id = r.store_id LEFT JOIN staff f ON f.staff_id = r.staff_id
        WHERE v.voucher_id IS NULL OR s.store_id IS NULL OR f.staff_id IS NULL OR r.redeemed_at < v.valid_from OR r.redeemed_at >= v.valid_until OR r.paid_fen <> v.paid_fen
          OR r.order_id <> v.order_id
          OR s.merchant_id <> v.merchant_id OR f.merchant_id <> v.merchant_id OR f.store_id <> r.store_id
          OR NOT EXISTS (SELECT FROM deal_store d WHERE d.deal_id = v.deal_id AND d.store_id = r.store_id)`,
  },
  {
    id: 'I-15',
    says: 'A voucher goes back unused, or by an accepted after-sale that reverses its redemption, never both; it is void from the moment the refund starts.',
    rowsSql: "SELECT count(*) FROM voucher WHERE state IN ('refunding', 'refunded')",
    violationsSql: `
      SELECT v.voucher_id, v.state, x.* FROM voucher v CROSS JOIN LATERAL (
        SELECT count(*)::int AS refunds, coalesce(bool_or(f.kind = 'after_sale'), false) AS is_after_sale,
          coalesce(bool_and(f.state = 'succeeded'), false) AS is_done FROM refund f
        WHERE f.order_id = v.order_id AND v.voucher_id = ANY (f.voucher_ids) AND ${STANDING_REFUND}) x
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE undone_at IS NULL AND reversed_at IS NULL) AS standing,
          count(*) FILTER (WHERE reversed_at IS NOT NULL) AS reversed FROM redemption
          WHERE order_id = v.order_id AND voucher_id = v.voucher_id) r
      WHERE CASE WHEN v.state IN ('refunding', 'refunded') THEN x.refunds <> 1 OR r.standing > 0
        OR r.reversed <> x.is_after_sale::int OR (v.state = 'refunded') <> x.is_done
        ELSE x.refunds > 0 OR r.reversed > 0 END`,
  },
  {
    id: 'I-16',
    says: 'At most one reward an order, for the direct sharer, who is not the buyer, within rate and cap.',
    rowsSql: 'SELECT count(*) FROM reward',
    violationsSql: `
      SELECT r.reward_id, r.amount_fen, r.paid_fen, r.rate_bps, r.cap_fen FROM reward r
        LEFT JOIN attribution a ON a.order_id = r.order_id LEFT JOIN guest_order o ON o.order_id = r.order_id
      WHERE a.order_id IS NULL OR o.order_id IS NULL OR r.sharer_id = r.friend_id
        OR ${sameNow('r.sharer_id', 'a.sharer_id')} IS NOT TRUE
        OR ${sameNow('r.friend_id', 'o.buyer_id')} IS NOT TRUE OR r.amount_fen > r.cap_fen
        OR r.amount_fen * 10000 > r.paid_fen * r.rate_bps OR r.paid_fen > o.payable_fen
        OR r.rate_bps > o.rebate_bps OR r.cap_fen > o.rebate_cap_fen OR r.clawed_fen > r.amount_fen
        OR (SELECT count(*) FROM reward x WHERE x.order_id = r.order_id) > 1`,
  },
  {
    id: 'I-16',
    says: 'The rebate that is expected of an order is that of what stands of it, and worth paying; what an accepted after-sale takes may be in it until it is funded.',
    rowsSql: "SELECT count(*) FROM reward WHERE state = 'expected'",
    violationsSql: `
      SELECT r.reward_id, r.amount_fen, r.paid_fen, s.fen AS standing_fen, w.fen AS waiting_fen FROM reward r
        JOIN guest_order o ON o.order_id = r.order_id CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) = 0 THEN o.payable_fen
          ELSE coalesce(sum(v.paid_fen) FILTER (WHERE v.state IN ('issued', 'redeemed')), 0) END AS fen
          FROM voucher v WHERE v.order_id = r.order_id) s
      CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount_fen), 0) AS fen FROM refund f
        WHERE f.order_id = r.order_id AND f.kind = 'after_sale' AND f.state = 'accepted' AND NOT f.funded) w
      WHERE r.state = 'expected' AND (r.paid_fen NOT BETWEEN s.fen AND s.fen + w.fen
        OR r.amount_fen * 10000 > r.paid_fen * r.rate_bps OR r.amount_fen < ${REWARD_MIN_FEN}
        OR r.amount_fen < r.cap_fen AND (r.amount_fen + 1) * 10000 <= r.paid_fen * r.rate_bps)`,
  },
  {
    id: 'I-17',
    says: 'Who brought an order was fixed when it was placed: by a live link of the same merchant, older than the order.',
    rowsSql: 'SELECT count(*) FROM attribution',
    violationsSql: `
      SELECT a.order_id AS id, 'not a link that was live' AS what FROM attribution a
        LEFT JOIN guest_order o ON o.order_id = a.order_id LEFT JOIN share_link l ON l.token = a.token
        WHERE o.order_id IS NULL OR l.token IS NULL OR l.merchant_id <> o.merchant_id OR l.created_at > o.placed_at
          OR l.expires_at <= o.placed_at OR a.merchant_id <> o.merchant_id
          OR ${sameNow('a.buyer_id', 'o.buyer_id')} IS NOT TRUE OR a.sharer_id = a.buyer_id
          OR ${sameNow('a.sharer_id', 'l.sharer_id')} IS NOT TRUE OR a.friend_discount_fen <> (
            SELECT coalesce(-sum(amount_fen), 0) FROM order_line x
              WHERE x.order_id = o.order_id AND x.kind = 'friend_discount')
      UNION ALL SELECT t.token, 'a touch of no link' FROM touch t LEFT JOIN share_link l ON l.token = t.token AND l.merchant_id = t.merchant_id WHERE l.token IS NULL
      UNION ALL SELECT 'attribution_frozen', 'guard missing' WHERE NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgname = 'attribution_frozen' AND tgrelid = 'attribution'::regclass
          AND tgenabled IN ('O', 'A'))`,
  },
];
