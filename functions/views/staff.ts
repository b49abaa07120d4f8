/**
 * The shop's screens: today, redemptions, after-sales. Every statement names the merchant and the store of the staff member
 * (I-23, A-19). Days are Asia/Shanghai, now is juke_now(). Numbers are counted, never estimated.
 */
import type { Answer } from '../contract/shapes';
import { me, myStaff, type Row, type Story } from '../kernel';
import { micros, pageByKey, person, readKeyset, afterCursor, getRow } from './page';
import { isOpenAt, minuteOfDay } from './rules';

type Today = Answer<'getToday'>;

export const listRedemptions: Story<'listRedemptions'> = async (ctx, { query }) => {
  const { merchantId, storeId } = myStaff(ctx);
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `
    SELECT r.redemption_id, r.redemption_id AS id, ${micros('r.redeemed_at')} AS key, o.snapshot ->> 'title' AS title,
      o.snapshot ->> 'pictureUrl' AS picture_url,
      g.name AS guest_name, g.avatar_url AS guest_avatar, ms_of(r.redeemed_at) AS redeemed_ms,
        ms_of(r.undo_until) AS undo_ms, c.name AS staff_name, r.paid_fen,
      r.undone_at IS NOT NULL AS is_undone
    FROM (SELECT * FROM redemption r WHERE r.merchant_id = $1 AND r.store_id = $2
        AND ${afterCursor('r.redeemed_at', 'r.redemption_id', 3)} ORDER BY r.redeemed_at DESC, r.redemption_id DESC LIMIT $5) r
      JOIN guest_order o ON o.order_id = r.order_id AND o.merchant_id = $1 JOIN person g ON g.person_id = o.buyer_id
      JOIN staff f ON f.staff_id = r.staff_id AND f.merchant_id = $1 JOIN person c ON c.person_id = f.person_id
    ORDER BY r.redeemed_at DESC, r.redemption_id DESC`,
    [merchantId, storeId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => ({
    redemptionId: row.redemption_id,
    title: row.title,
    pictureUrl: row.picture_url,
    guest: person(row, 'guest'),
    redeemedAtMs: row.redeemed_ms,
    staffName: row.staff_name,
    paidFen: row.paid_fen,
    isUndone: row.is_undone,
    undoUntilMs: row.undo_ms,
  }));
};

/** Who waits for an answer comes first; then the latest. */
const WAITING_FIRST = 10 ** 14;

export const listAfterSales: Story<'listAfterSales'> = async (ctx, { query }) => {
  const { merchantId, storeId } = myStaff(ctx);
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `
    SELECT f.refund_id, f.refund_id AS id, f.key, o.snapshot ->> 'title' AS title,
      o.snapshot ->> 'pictureUrl' AS picture_url, g.name AS guest_name, g.avatar_url AS guest_avatar, f.amount_fen,
      f.reason, ms_of(f.requested_at) AS requested_ms, ms_of(f.answer_by) AS answer_by_ms,
      ms_of(f.redeemed_at) AS redeemed_ms, f.state
    FROM (SELECT * FROM (
        SELECT f.*, r.redeemed_at, ${micros('f.requested_at')} + ${WAITING_FIRST}::bigint AS key FROM refund f ${REDEEMED_HERE}
          WHERE f.merchant_id = $1 AND f.kind = 'after_sale' AND f.state = 'requested'
        UNION ALL (SELECT f.*, r.redeemed_at, ${micros('f.requested_at')} FROM refund f ${REDEEMED_HERE}
          WHERE f.merchant_id = $1 AND f.kind = 'after_sale' AND f.state <> 'requested'
            AND ${afterCursor('f.requested_at', 'f.refund_id', 3)}
          ORDER BY f.requested_at DESC, f.refund_id DESC LIMIT $5)) x
      WHERE $3::bigint IS NULL OR (x.key, x.refund_id) < ($3::bigint, $4::text) ORDER BY x.key DESC, x.refund_id DESC LIMIT $5) f
    JOIN guest_order o ON o.order_id = f.order_id AND o.merchant_id = $1 JOIN person g ON g.person_id = f.buyer_id
    ORDER BY f.key DESC, f.refund_id DESC`,
    [merchantId, storeId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => ({
    refundId: row.refund_id,
    title: row.title,
    pictureUrl: row.picture_url,
    guest: person(row, 'guest'),
    amountFen: row.amount_fen,
    reason: row.reason,
    requestedAtMs: row.requested_ms,
    answerByMs: row.answer_by_ms,
    redeemedAtMs: row.redeemed_ms,
    state: row.state,
  }));
};

/** The redemption that an after-sale is about, at this store ($1 merchant, $2 store); also after it was reversed. */
const REDEEMED_HERE = `JOIN LATERAL (
  SELECT r.redeemed_at FROM redemption r WHERE r.order_id = f.order_id AND r.voucher_id = ANY (f.voucher_ids)
    AND r.merchant_id = $1 AND r.store_id = $2 AND r.undone_at IS NULL
  ORDER BY r.redeemed_at DESC LIMIT 1) r ON true`;

const DAY_START = "(date_trunc('day', juke_now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai')";
const STANDING = 'r.undone_at IS NULL AND r.reversed_at IS NULL';

/**
 * The merchant's day, in people: reach = opened a share or a code, convert = paid, consume = served, retain = served
 * again after an earlier visit. new_guests counts this store: the first visit ever at the merchant was here today.
 * Earlier visits are asked of today's guests only: a merchant may have served a million. The day's start stands in each
 * condition itself: from a CTE the planner would take it for any moment, and read everything.
 */
const FUNNEL = `
  WITH today AS (
    SELECT v.owner_id, bool_or(r.store_id = $2) AS here
    FROM redemption r JOIN voucher v ON v.voucher_id = r.voucher_id AND v.merchant_id = $1
      WHERE r.merchant_id = $1 AND ${STANDING} AND r.redeemed_at >= ${DAY_START} GROUP BY v.owner_id),
  served AS MATERIALIZED (
    SELECT here, EXISTS (SELECT FROM voucher v JOIN redemption r ON r.voucher_id = v.voucher_id AND r.merchant_id = $1
      WHERE v.owner_id = today.owner_id AND v.merchant_id = $1 AND ${STANDING} AND r.redeemed_at < (SELECT ${DAY_START})) AS before
    FROM today)
  SELECT
    ((SELECT count(DISTINCT visitor_id) FROM touch WHERE merchant_id = $1 AND touched_at >= ${DAY_START})
      + (SELECT count(DISTINCT visitor_id) FROM channel_visit
        WHERE merchant_id = $1 AND visited_at >= ${DAY_START}))::int AS reach,
    (SELECT count(DISTINCT person_id)::int FROM event WHERE merchant_id = $1 AND what = 'order.paid'
      AND happened_at >= ${DAY_START}) AS convert,
    (SELECT count(*)::int FROM served) AS consume,
    (SELECT (count(*) FILTER (WHERE before))::int FROM served) AS retain,
    (SELECT (count(*) FILTER (WHERE here AND NOT before))::int FROM served) AS new_guests`;

/** All of the page in one statement, so of one moment: the day's sum is that of its hours and of its channels, also while the next guest is served. */
const TODAY = `SELECT s.name, s.opens_at_minute, s.closes_at_minute, m.name AS merchant_name, m.logo_ink, ms_of(juke_now()) AS now_ms,
    c.*, w.*, f.*,
    (SELECT coalesce(json_agg(x ORDER BY hour), '[]') FROM (
      SELECT extract(hour FROM r.redeemed_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*)::int AS count
      FROM redemption r WHERE r.merchant_id = $1 AND r.store_id = $2 AND ${STANDING}
        AND r.redeemed_at >= ${DAY_START} GROUP BY 1) x) AS hours,
    (SELECT coalesce(json_agg(x ORDER BY count DESC, channel), '[]') FROM (
      SELECT coalesce(a.channel, 'direct') AS channel, count(*)::int AS count, sum(r.paid_fen)::bigint AS "amountFen"
      FROM redemption r LEFT JOIN attribution a ON a.order_id = r.order_id AND a.merchant_id = $1
      WHERE r.merchant_id = $1 AND r.store_id = $2 AND ${STANDING} AND r.redeemed_at >= ${DAY_START} GROUP BY 1) x) AS channels
  FROM store s JOIN merchant m ON m.merchant_id = s.merchant_id
    CROSS JOIN LATERAL (
      WITH t AS MATERIALIZED (SELECT juke_now() AS now, ${DAY_START} AS day)
      SELECT coalesce(sum(r.paid_fen) FILTER (WHERE r.redeemed_at >= day), 0)::bigint AS fen,
        (count(*) FILTER (WHERE r.redeemed_at >= day))::int AS today,
        (count(*) FILTER (WHERE r.redeemed_at < now - interval '7 days'))::int AS last_week
      FROM t JOIN redemption r ON r.merchant_id = $1 AND r.store_id = $2 AND ${STANDING}
        AND r.redeemed_at >= day - interval '7 days'
        AND (r.redeemed_at >= day OR r.redeemed_at < now - interval '7 days')) c
    CROSS JOIN LATERAL (SELECT count(*)::int AS waiting, coalesce(sum(f.amount_fen), 0)::bigint AS waiting_fen
      FROM refund f ${REDEEMED_HERE} WHERE f.merchant_id = $1 AND f.state = 'requested') w
    CROSS JOIN LATERAL (${FUNNEL}) f
  WHERE s.merchant_id = $1 AND s.store_id = $2`;

export const getToday: Story<'getToday'> = async (ctx) => {
  me(ctx);
  const { merchantId, storeId } = myStaff(ctx);
  const row = await getRow(ctx.db, TODAY, [merchantId, storeId]);
  const hoursOfStore = { opensAtMinute: row.opens_at_minute, closesAtMinute: row.closes_at_minute };
  return {
    storeId,
    storeName: row.name,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    isOpen: isOpenAt(hoursOfStore, minuteOfDay(row.now_ms)),
    nowMs: row.now_ms,
    redeemedFen: row.fen,
    redeemedCount: row.today,
    lastWeekCount: row.last_week,
    newGuests: row.new_guests,
    hours: wholeHours(row.hours, hoursOfStore),
    funnel: {
      reach: row.reach,
      convert: row.convert,
      consume: row.consume,
      retain: row.retain,
    },
    afterSalesWaiting: row.waiting,
    afterSalesWaitingFen: row.waiting_fen,
    channels: row.channels,
  };
};

/** Every opening hour, also the empty ones, and any hour with a redemption. */
function wholeHours(
  rows: Row[],
  { opensAtMinute, closesAtMinute }: { opensAtMinute: number; closesAtMinute: number },
): Today['hours'] {
  const counted = new Map(rows.map((row) => [row.hour as number, row.count as number]));
  const all = Array.from({ length: 24 }, (_, hour) => ({ hour, count: counted.get(hour) ?? 0 }));
  const isWithin = (hour: number) =>
    [0, 30, 59].some((minute) => isOpenAt({ opensAtMinute, closesAtMinute }, hour * 60 + minute));
  return all.filter(({ hour, count }) => count > 0 || isWithin(hour));
}
