/**
 * The merchant's coupons and what a new one would cost, from the merchant's own orders of 30 days. Every statement names
 * the merchant of the staff member (I-23). Counted, never guessed: without orders there is no expectation.
 */
import { MAX_AMOUNT_FEN } from '../contract/limits';
import type { OfferInput } from '../contract/shapes-coupons';
import { checkOffer, faceOf, offerWarnings, type FaceRow } from '../coupons';
import { myStaff, type Context, type Story } from '../kernel';
import { FACE, FACE_TABLES } from './coupons';
import { afterCursor, micros, pageByKey, readKeyset } from './page';

export const listStoreOffers: Story<'listStoreOffers'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `SELECT o.offer_id, o.offer_id AS id, ${micros('o.created_at')} AS key, ${FACE}, o.state, o.code, o.total, o.claimed,
      o.per_person, ms_of(o.claim_from) AS claim_from, ms_of(o.claim_until) AS claim_until,
      ms_of(o.created_at) AS created_ms, c.held, c.used, u.spent, u.brought
    FROM coupon_offer o ${FACE_TABLES}
    CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE state IN ('available', 'held', 'passing')))::int AS held,
        (count(*) FILTER (WHERE state = 'used'))::int AS used FROM coupon WHERE offer_id = o.offer_id) c
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(u.discount_fen - u.platform_fen), 0)::bigint AS spent,
        coalesce(sum(g.payable_fen - g.refunded_fen), 0)::bigint AS brought
      FROM coupon c JOIN coupon_use u USING (coupon_id) JOIN guest_order g ON g.order_id = u.order_id
      WHERE c.offer_id = o.offer_id AND u.state = 'used' AND g.merchant_id = $1) u
    WHERE o.merchant_id = $1 AND ${afterCursor('o.created_at', 'o.offer_id', 2)}
    ORDER BY o.created_at DESC, o.offer_id DESC LIMIT $4`,
    [myStaff(ctx).merchantId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => ({
    offerId: row.offer_id,
    ...faceOf(row as FaceRow, ctx.language),
    state: row.state,
    code: row.code,
    codeUrl: row.code && `${ctx.config.publicUrl}/coupons/pages/claim/index?code=${row.code}`,
    total: row.total,
    claimed: row.claimed,
    held: row.held,
    used: row.used,
    spentFen: row.spent,
    broughtFen: row.brought,
    perPerson: row.per_person,
    claimFromMs: row.claim_from,
    claimUntilMs: row.claim_until,
    createdAtMs: row.created_ms,
  }));
};

export const previewOffer: Story<'previewOffer'> = async (ctx, { body }) => {
  const { merchantId } = myStaff(ctx);
  const { offer, covered, cheapestFen } = await checkOffer(ctx, merchantId, body);
  const exchangeFen = Math.max(0, ...covered.filter((deal) => deal.dealId === offer.dealId).map((deal) => deal.priceFen - 1));
  const perUseFen = offer.kind === 'amount' ? offer.amountFen : offer.kind === 'percent' ? offer.capFen : exchangeFen;
  const past = await lookBack(
    ctx,
    merchantId,
    offer,
    covered.map((deal) => deal.dealId),
    exchangeFen,
  );
  return {
    worstFen: Math.min(MAX_AMOUNT_FEN, offer.total * perUseFen),
    perUseFen,
    // As many uses as orders of the last 30 days would have allowed, at the average that those would have cost.
    expectedUses: past.orders > 0 ? Math.min(offer.total, past.fitting) : null,
    expectedFen: past.orders > 0 ? Math.min(past.fen, offer.total * past.each) : null,
    coveredOrders30: past.orders,
    coveredDeals: covered.length,
    averageFen: past.orders > 0 ? past.average : null,
    warnings: offerWarnings(ctx, body, cheapestFen),
  };
};

/** What this coupon would have taken off the paid orders of the last 30 days: those it covers, that reach its threshold, by those it is for. */
async function lookBack(ctx: Context, merchantId: string, offer: OfferInput, dealIds: string[], exchangeFen: number) {
  const [row] = await ctx.db.query<{ orders: number; average: number; fitting: number; fen: number; each: number }>(
    `WITH past AS (
      SELECT g.unit_price_fen * g.quantity AS price, g.quantity, g.paid_at, CASE WHEN $9 <> 'everyone' THEN (SELECT max(b.paid_at)
        FROM guest_order b WHERE b.merchant_id = $1 AND b.buyer_id = g.buyer_id AND b.paid_at < g.paid_at) END AS before
      FROM guest_order g WHERE g.merchant_id = $1 AND g.paid_at > juke_now() - interval '30 days'
        AND g.placed_at > juke_now() - interval '31 days' AND g.deal_id = ANY ($2::text[])),
    off AS (
      SELECT least(CASE $3 WHEN 'amount' THEN $4::bigint WHEN 'percent' THEN least($5::bigint, $6::bigint * price / 10000)
        ELSE $7::bigint END, price - quantity) AS fen FROM past
      WHERE price >= $8::bigint AND CASE $9 WHEN 'new_guest' THEN before IS NULL
        WHEN 'win_back' THEN before <= paid_at - $10::int * interval '1 day' ELSE true END)
    SELECT (SELECT count(*)::int FROM past) AS orders, (SELECT coalesce(round(avg(price)), 0)::bigint FROM past) AS average,
      count(*)::int AS fitting, coalesce(sum(fen), 0)::bigint AS fen, coalesce(round(avg(fen)), 0)::bigint AS each FROM off`,
    [
      merchantId, dealIds, offer.kind, offer.amountFen, offer.capFen, offer.offBps, exchangeFen, offer.thresholdFen,
      offer.audience, offer.winBackDays ?? 0,
    ],
  );
  return row!;
}
