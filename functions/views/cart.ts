/** A person's cart as it stands now, and one purchase of theirs. Only their own rows. */
import { ATTRIBUTION_WINDOW_MS, CART_LINES_MAX, PURCHASE_ORDERS_MAX } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import { me, type Row, type Story } from '../kernel';
import { maxQuantity, unitOf } from '../orders';
import { ON_SALE } from './market';
import { ORDER_COLUMNS, ORDER_TABLES, toOrderRow } from './orders';
import { getRow } from './page';

type Line = Answer<'getCart'>['items'][number];

/** When this person ($1) or device ($2) last opened the shared link of a cart line; like the pricing of an order it looks at the latest 20 touches. */
const CAME = (who: string) =>
  `(SELECT max(touched_at) FROM (SELECT token, touched_at FROM touch WHERE ${who} AND merchant_id = d.merchant_id
      ORDER BY touched_at DESC LIMIT 20) x WHERE token = c.share_token)`;
/**
 * The lines of a cart, latest first. The sharer's name is there only while the link still gives a discount: the deal has a friend discount,
 * and the link was opened within the attribution window. (A link without a recorded touch counts: an order takes it too.)
 */
const CART = `SELECT c.deal_id, c.quantity, c.share_token, c.unit_price_fen AS was_fen, d.merchant_id, d.title,
    d.picture_urls[1] AS picture_url, d.fulfilment, m.name AS merchant_name, m.logo_ink, s.name AS store_name,
    t.version, t.price_fen, t.is_flash, t.off_peak, t.per_person_limit, (${ON_SALE}) AS is_on_sale, k.available,
    coalesce(b.quantity, 0) AS bought, l.token AS live_token,
    CASE WHEN t.friend_discount_fen > 0 AND coalesce(greatest(${CAME('person_id = $1')}, ${CAME('visitor_id = $2')})
      > juke_now() - ${ATTRIBUTION_WINDOW_MS} * interval '1 millisecond', true) THEN p.name END AS sharer_name, ms_of(juke_now()) AS now_ms
  FROM cart_item c JOIN deal d USING (deal_id) JOIN merchant m USING (merchant_id)
    JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version
    JOIN deal_stock k ON k.deal_id = d.deal_id
    LEFT JOIN deal_buyer b ON b.deal_id = d.deal_id AND b.person_id = c.person_id
    LEFT JOIN share_link l ON l.token = c.share_token AND l.sharer_id <> c.person_id
      AND l.merchant_id = d.merchant_id AND juke_now() < l.expires_at
    LEFT JOIN person p ON p.person_id = l.sharer_id
    CROSS JOIN LATERAL (SELECT s.name FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = d.deal_id
      ORDER BY s.created_at, s.store_id LIMIT 1) s
  WHERE c.person_id = $1 ORDER BY c.put_in_at DESC, c.deal_id LIMIT ${CART_LINES_MAX}`;

export const getCart: Story<'getCart'> = async (ctx) => {
  const { personId, deviceId } = me(ctx);
  const rows = await ctx.db.query(CART, [personId, deviceId]);
  return { items: rows.map(toLine), limit: CART_LINES_MAX };
};

function toLine(row: Row): Line {
  const deal = { priceFen: row.price_fen, isFlash: row.is_flash, offPeak: row.off_peak };
  const { priceKind, unitPriceFen } = unitOf(deal, null, row.now_ms);
  const maxPerPerson = maxQuantity(unitPriceFen, row.per_person_limit);
  return {
    dealId: row.deal_id,
    merchantId: row.merchant_id,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    storeName: row.store_name,
    title: row.title,
    pictureUrl: row.picture_url,
    quantity: row.quantity,
    maxQuantity: maxPerPerson,
    unitPriceFen,
    wasFen: row.was_fen === unitPriceFen ? null : row.was_fen,
    priceKind,
    fulfilment: row.fulfilment,
    shareToken: row.live_token,
    sharerName: row.sharer_name,
    termsVersion: row.version,
    available: row.available,
    problem: problemOf(row, maxPerPerson),
  };
}

/** What hinders most comes first. */
function problemOf(row: Row, maxPerPerson: number): Line['problem'] {
  if (!row.is_on_sale) return 'not_on_sale';
  if (row.available === 0) return 'sold_out';
  if (row.quantity > maxPerPerson || row.bought + row.quantity > row.per_person_limit) return 'limit';
  return row.available < row.quantity ? 'few_left' : null;
}

/** Its orders one by one as in the list; unpaid they are all in the same state, later each goes its own way. */
export const getPurchase: Story<'getPurchase'> = async (ctx, { params }) => {
  const { personId } = me(ctx);
  const row = await getRow(
    ctx.db,
    `SELECT u.purchase_id, u.payable_fen, ms_of(u.placed_at) AS placed_at, ms_of(u.expires_at) AS expires_at,
      juke_now() < u.expires_at AS is_open,
      (SELECT json_agg(x) FROM (SELECT ${ORDER_COLUMNS} ${ORDER_TABLES} WHERE o.purchase_id = u.purchase_id
        ORDER BY o.deal_id LIMIT ${PURCHASE_ORDERS_MAX}) x) AS orders
    FROM purchase u WHERE u.purchase_id = $1 AND u.buyer_id = $2`,
    [params.purchaseId, personId],
  );
  const orders = (row.orders as Row[]).map((order) => toOrderRow(order, ctx.language));
  const state = stateOf(orders.map((order) => order.state));
  return {
    purchaseId: row.purchase_id,
    state,
    orders,
    payableFen: row.payable_fen,
    placedAtMs: row.placed_at,
    expiresAtMs: row.expires_at,
    canPay: state === 'unpaid' && row.is_open,
    canCancel: state === 'unpaid',
  };
};

/** Paid as long as one of its orders still has something to use; then served, or all given back. */
type State = Answer<'getPurchase'>['state'];
function stateOf(states: readonly State[]): State {
  return (['unpaid', 'paid', 'completed'] as const).find((state) => states.includes(state)) ?? states[0]!;
}
