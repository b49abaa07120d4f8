/** A buyer's orders. Only the buyer's own rows: another's order does not exist (A-18). */
import type { Answer } from '../contract/shapes';
import { me, refuse, type Db, type Row, type Story } from '../kernel';
import { canLeave } from './groups';
import { afterCursor, getRow, micros, pageByKey, person, readKeyset } from './page';
import type { Language } from './rules';

type OrderRow = Answer<'listOrders'>['items'][number];
type Order = Answer<'getOrder'>;

/** The voucher as a person sees it: past its end it is expired, and its refund is on the way. */
export const SHOWN_STATE =
  "CASE WHEN v.state = 'issued' AND v.valid_until <= juke_now() THEN 'expired' ELSE v.state END";
export const ORDER_COLUMNS = `o.order_id, o.order_id AS id, ${micros('o.placed_at')} AS key, o.state, o.deal_id, o.merchant_id,
    o.snapshot ->> 'title' AS title, o.snapshot ->> 'pictureUrl' AS picture_url,
    m.name AS merchant_name, m.logo_ink, o.quantity, o.unit_price_fen, o.payable_fen, o.refunded_fen, ms_of(o.placed_at) AS placed_at,
      ms_of(o.expires_at) AS expires_at, ms_of(o.paid_at) AS paid_at,
    o.price_kind, o.fulfilment, o.purchase_id, o.group_id, q.seat, q.group_state, q.size, q.min_size, q.confirmed,
      q.host_id, q.people, q.deadline, o.buyer_id, ms_of(juke_now()) AS now_ms,
    v.valid_until, coalesce(v.vouchers_left, 0) AS vouchers_left, coalesce(v.refundable_fen, 0) AS refundable_fen,
      v.first_id, s.store_name, s.stores, f.refund_state,
    o.state = 'unpaid' AND juke_now() < o.expires_at AS can_pay`;
export const ORDER_TABLES = `
  FROM guest_order o JOIN merchant m ON m.merchant_id = o.merchant_id
  LEFT JOIN LATERAL (
    SELECT ms_of(min(v.valid_until)) AS valid_until, (count(*) FILTER (WHERE usable))::int AS vouchers_left,
      (sum(v.paid_fen) FILTER (WHERE usable))::bigint AS refundable_fen,
      (array_agg(v.voucher_id ORDER BY usable DESC, v.position))[1] AS first_id
    FROM (SELECT *, state = 'issued' AND juke_now() < valid_until AS usable FROM voucher
      WHERE order_id = o.order_id) v) v ON true
  LEFT JOIN LATERAL (
    SELECT (array_agg(s.name ORDER BY s.created_at, s.store_id))[1] AS store_name, count(*)::int AS stores
    FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = o.deal_id) s ON true
  LEFT JOIN LATERAL (SELECT b.state AS group_state, b.size, b.min_size, b.confirmed, b.host_id,
    ms_of(b.deadline) AS deadline, t.state AS seat,
    (SELECT json_agg(json_build_object('name', p.name, 'avatarUrl', p.avatar_url)
        ORDER BY x.person_id <> b.host_id, x.seat_no)
      FROM group_seat x JOIN person p USING (person_id) WHERE x.group_id = b.group_id AND x.state = 'confirmed') AS people
    FROM group_seat t JOIN group_buy b USING (group_id) WHERE t.order_id = o.order_id) q ON true
  LEFT JOIN LATERAL (SELECT state AS refund_state FROM refund WHERE order_id = o.order_id
  ORDER BY requested_at DESC, refund_id DESC LIMIT 1) f ON true`;
/** What the sharer (a: attribution, w: reward) may still get of an order; of what was lost whole, what it was. */
export const REWARD_FEN = 'coalesce(w.amount_fen - CASE WHEN w.clawed_fen < w.amount_fen THEN w.clawed_fen ELSE 0 END, a.reward_fen)';
const all = (select: string) => `(SELECT coalesce(json_agg(x), '[]') FROM (${select}) x)`;
/** The app looks at an order again and again while its payment is under way, so all of it is one query. */
const ONE = `SELECT ${ORDER_COLUMNS},
  ${all('SELECT kind, amount_fen, coupon_id, title FROM order_line WHERE order_id = o.order_id ORDER BY line')} AS lines,
  ${all(`SELECT v.voucher_id, ${SHOWN_STATE} AS state, ms_of(v.valid_until) AS valid_until, v.paid_fen,
      ms_of(r.redeemed_at) AS redeemed_at, s.name AS redeemed_in
    FROM voucher v LEFT JOIN redemption r ON r.redemption_id = v.redemption_id AND r.undone_at IS NULL
      LEFT JOIN store s ON s.store_id = r.store_id
    WHERE v.order_id = o.order_id ORDER BY v.position`)} AS vouchers,
  ${all(`SELECT refund_id, state, amount_fen, ms_of(requested_at) AS requested_at
    FROM refund WHERE order_id = o.order_id ORDER BY requested_at, refund_id`)} AS refunds,
  ${all(`SELECT s.store_id, s.name, s.address
    FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = o.deal_id
    ORDER BY s.created_at, s.store_id`)} AS shops,
  (SELECT json_build_object('sharer_name', p.name, 'sharer_avatar', p.avatar_url, 'state', w.state,
      'reward_fen', ${REWARD_FEN})
    FROM attribution a JOIN person p ON p.person_id = a.sharer_id
      LEFT JOIN reward w ON w.order_id = a.order_id WHERE a.order_id = o.order_id) AS sharer
  ${ORDER_TABLES} WHERE o.order_id = $1 AND o.buyer_id = $2`;

const TABS: Record<string, string> = {
  all: 'true',
  unpaid: "o.state = 'unpaid'",
  // Paid, and the group is not complete: the seat's own state, so that who left is not in it.
  forming: "o.state = 'paid' AND q.seat = 'confirmed' AND q.group_state IN ('open', 'closing')",
  usable: "o.state = 'paid' AND v.vouchers_left > 0",
  used: 'EXISTS (SELECT FROM voucher_set x WHERE x.order_id = o.order_id AND x.redeemed > 0 AND x.live = 0)',
  refund: 'f.refund_state IS NOT NULL',
};

export const listOrders: Story<'listOrders'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `SELECT ${ORDER_COLUMNS} ${ORDER_TABLES} WHERE o.buyer_id = $1 AND ${TABS[query.tab ?? 'all']} AND ${afterCursor('o.placed_at', 'o.order_id', 2)}
    ORDER BY o.placed_at DESC, o.order_id DESC LIMIT $4`,
    [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => toOrderRow(row, ctx.language));
};

/** `pay_…` is the number that WeChat knows the order by (out_trade_no): its own list of orders leads here with it. */
async function orderOf(db: Db, id: string): Promise<string> {
  if (!id.startsWith('pay_')) return id;
  return (await db.query('SELECT order_id FROM payment WHERE payment_id = $1', [id]))[0]?.order_id ?? refuse('NOT_FOUND');
}

export const getOrder: Story<'getOrder'> = async (ctx, { params }) => {
  const orderId = await orderOf(ctx.db, params.orderId);
  const row = await getRow(ctx.db, ONE, [orderId, me(ctx).personId]);
  const { sharer }: Row = row;
  return {
    row: toOrderRow(row, ctx.language),
    paidAtMs: row.paid_at,
    canPay: row.can_pay,
    canCancel: row.state === 'unpaid',
    refundableFen: row.refundable_fen,
    quote: row.lines.map((l: Row) => ({ kind: l.kind, amountFen: l.amount_fen, couponId: l.coupon_id, title: l.title })),
    vouchers: row.vouchers.map((v: Row) => ({
      voucherId: v.voucher_id,
      state: v.state,
      validUntilMs: v.valid_until,
      paidFen: v.paid_fen,
      redeemedAtMs: v.redeemed_at,
      redeemedAt: v.redeemed_in,
    })),
    refunds: row.refunds.map((r: Row) => ({
      refundId: r.refund_id,
      state: r.state,
      amountFen: r.amount_fen,
      requestedAtMs: r.requested_at,
    })),
    stores: row.shops.map((s: Row) => ({ storeId: s.store_id, name: s.name, address: s.address })),
    sharer: sharer
      ? { person: person(sharer, 'sharer'), rebateFen: sharer.reward_fen, state: sharer.state ?? rewardOf(row.state) }
      : null,
  };
};

/** Before payment there is no reward row yet: it is expected while the order can still be paid. */
const rewardOf = (orderState: string): NonNullable<Order['sharer']>['state'] =>
  orderState === 'unpaid' ? 'expected' : 'cancelled';

const groupOf = (row: Row): OrderRow['group'] => ({
  groupId: row.group_id,
  state: row.group_state,
  size: row.size,
  minSize: row.min_size,
  confirmed: row.confirmed,
  people: row.people ?? [],
  deadlineMs: row.deadline,
  isHost: row.host_id === row.buyer_id,
  canLeave: canLeave(row.seat, row.group_state, row.deadline, row.now_ms),
});

export function toOrderRow(row: Row, language: Language): OrderRow {
  const more = row.stores > 1 ? (language === 'zh' ? ` 等 ${row.stores} 家` : ` and ${row.stores - 1} more`) : '';
  return {
    orderId: row.order_id,
    state: row.state,
    dealId: row.deal_id,
    title: row.title,
    pictureUrl: row.picture_url,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    storeName: `${row.store_name}${more}`,
    quantity: row.quantity,
    unitPriceFen: row.unit_price_fen,
    payableFen: row.payable_fen,
    refundedFen: row.refunded_fen,
    placedAtMs: row.placed_at,
    expiresAtMs: row.expires_at,
    validUntilMs: row.valid_until,
    vouchersLeft: row.vouchers_left,
    firstVoucherId: row.first_id,
    refundState: row.refund_state,
    priceKind: row.price_kind,
    fulfilment: row.fulfilment,
    purchaseId: row.purchase_id,
    group: row.group_id && groupOf(row),
  };
}
