/**
 * Coupons as people see them: what can be claimed, what one holds, a friend's gift. Counts are real; a coupon that
 * is claimed by a code is listed nowhere, and other people's coupons do not exist.
 */
import { DAY_MS, MAX_TIME_MS } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import { decideClaim, faceOf, type FaceRow } from '../coupons';
import { me, refuse, type Row, type Story } from '../kernel';
import { getRow, micros, pageByKey, person, readKeyset } from './page';

type Offer = Answer<'getCouponOffer'>;
type Coupon = Answer<'listMyCoupons'>['items'][number];

/** What faceOf needs, of the offer `o`. */
export const FACE = `o.title, o.kind, o.audience, o.threshold_fen AS "thresholdFen", o.amount_fen AS "amountFen",
  o.off_bps AS "offBps", o.cap_fen AS "capFen", o.merchant_id AS "merchantId", m.name AS "merchantName",
  m.logo_ink AS "logoInk", o.deal_id AS "dealId", o.deal_ids AS "dealIds", o.store_ids AS "storeIds",
  o.platform_bps AS "platformBps", o.transferable AS "isTransferable", f.title AS "dealTitle"`;
export const FACE_TABLES = `LEFT JOIN merchant m ON m.merchant_id = o.merchant_id
  LEFT JOIN deal f ON f.deal_id = coalesce(o.deal_id, o.deal_ids[1])`;
/** The offer `o` covers the deal `d`: its merchant, its deals, and all of the deal's stores. */
export const COVERS = `(o.merchant_id IS NULL OR o.merchant_id = d.merchant_id)
  AND (o.deal_ids = '{}' OR d.deal_id = ANY (o.deal_ids))
  AND (o.store_ids = '{}' OR NOT EXISTS (SELECT FROM deal_store x
    WHERE x.deal_id = d.deal_id AND x.store_id <> ALL (o.store_ids)))`;
/** Anybody may claim it now, as far as time and code go. */
export const OPEN = `o.state = 'active' AND o.code IS NULL AND o.claim_from <= juke_now() AND juke_now() < o.claim_until`;

/** Added to the sort key (created_at in microseconds) of what can still be claimed, so that it comes first. Greater than any such key, and the sum is still exact in a cursor. */
const FAR = 4 * 10 ** 15;
/** $1: who asks, or NULL. */
const OFFERS = `SELECT o.offer_id, o.offer_id AS id, ${micros('o.created_at')} AS made, ${FACE}, o.total, o.claimed,
    o.per_person, o.win_back_days, o.state, ms_of(o.claim_from) AS claim_from, ms_of(o.claim_until) AS claim_until,
    ms_of(o.valid_from) AS valid_from, ms_of(o.valid_until) AS valid_until, o.valid_days, ms_of(juke_now()) AS now_ms,
    coalesce((SELECT claimed FROM coupon_claim c WHERE c.offer_id = o.offer_id AND c.person_id = $1), 0) AS mine,
    CASE WHEN o.audience <> 'everyone' AND $1::text IS NOT NULL
      THEN ms_of(person_last_paid($1, o.merchant_id)) END AS last_paid
  FROM coupon_offer o ${FACE_TABLES}`;

/** What one can still claim comes first, then what is gone or had; the newest first in each. */
export const listCouponOffers: Story<'listCouponOffers'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const personId = ctx.session?.personId ?? null;
  const rows = await ctx.db.query(
    `SELECT * FROM (
      SELECT y.*, y.made + CASE WHEN y.claimed < y.total AND y.mine < y.per_person THEN ${FAR}::bigint ELSE 0 END AS key
      FROM (${OFFERS} WHERE ${OPEN} AND ($2::text IS NULL OR o.merchant_id = $2)
        AND ($3::text IS NULL OR EXISTS (SELECT FROM deal d WHERE d.deal_id = $3 AND ${COVERS}))) y) x
    WHERE $4::bigint IS NULL OR (x.key, x.id) < ($4::bigint, $5::text) ORDER BY x.key DESC, x.id DESC LIMIT $6`,
    [personId, query.merchantId ?? null, query.dealId ?? null, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => toOffer(row, personId, ctx.language));
};

export const getCouponOffer: Story<'getCouponOffer'> = async (ctx, { params }) => {
  const personId = ctx.session?.personId ?? null;
  // An offer that needs a code is shown only to people who have claimed it.
  const row = await getRow(
    ctx.db,
    `${OFFERS} WHERE o.offer_id = $2 AND (o.code IS NULL OR EXISTS (
      SELECT FROM coupon_claim c WHERE c.offer_id = o.offer_id AND c.person_id = $1))`,
    [personId, params.offerId],
  );
  return toOffer(row, personId, ctx.language);
};

function toOffer(row: Row, personId: string | null, language: 'zh' | 'en'): Offer {
  const claimable = {
    state: row.state,
    audience: row.audience,
    winBackDays: row.win_back_days,
    total: row.total,
    claimed: row.claimed,
    perPerson: row.per_person,
    claimFromMs: row.claim_from,
    claimUntilMs: row.claim_until,
  };
  // Whom it is for can only be said of somebody who is known.
  const verdict = decideClaim(
    personId ? claimable : { ...claimable, audience: 'everyone' },
    row.mine,
    row.last_paid,
    row.now_ms,
  );
  return {
    offerId: row.offer_id,
    ...faceOf(row as FaceRow, language),
    left: row.total - row.claimed,
    total: row.total,
    perPerson: row.per_person,
    claimFromMs: row.claim_from,
    claimUntilMs: row.claim_until,
    validFromMs: row.valid_from,
    validUntilMs: row.valid_until,
    validDays: row.valid_days,
    claim: verdict === 'ok' && !personId ? 'sign_in' : verdict,
    mine: row.mine,
  };
}

/** The key is what a tab is sorted by, greatest first: those that can be used by their end, the next one first. */
const TABS: Record<string, { where: string; key: string }> = {
  usable: { where: `c.state IN ('available', 'held', 'passing')`, key: `${MAX_TIME_MS}::bigint - ms_of(c.valid_until)` },
  used: { where: `c.state = 'used'`, key: micros('c.used_at') },
  ended: { where: `c.state IN ('expired', 'void')`, key: 'ms_of(c.valid_until)' },
  all: { where: 'true', key: micros('c.claimed_at') },
};
const isEnded = "c.state IN ('available', 'passing') AND c.valid_until <= juke_now()";

export const listMyCoupons: Story<'listMyCoupons'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const { where, key } = TABS[query.tab ?? 'all']!;
  const rows = await ctx.db.query(
    `SELECT * FROM (
      SELECT c.coupon_id, c.coupon_id AS id, ${key} AS key, ${FACE}, c.given_by, ms_of(c.claimed_at) AS claimed_ms,
        CASE WHEN ${isEnded} THEN 'expired' ELSE c.state END AS state, ms_of(juke_now()) AS now_ms,
        ms_of(c.valid_from) AS valid_from, ms_of(c.valid_until) AS valid_until, c.order_id, g.token,
        ms_of(g.expires_at) AS gift_until,
        coalesce(o.store_ids[1], (SELECT s.store_id FROM store s WHERE s.merchant_id = o.merchant_id
          ORDER BY s.created_at, s.store_id LIMIT 1)) AS use_store
      FROM coupon c JOIN coupon_offer o USING (offer_id) ${FACE_TABLES}
      LEFT JOIN coupon_gift g ON g.coupon_id = c.coupon_id AND g.state = 'open'
      WHERE c.owner_id = $1 AND ${where}) x
    WHERE $2::bigint IS NULL OR (x.key, x.id) < ($2::bigint, $3::text) ORDER BY x.key DESC, x.id DESC LIMIT $4`,
    [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row): Coupon => {
    const face = faceOf(row as FaceRow, ctx.language);
    const oneDeal = row.dealId ?? (row.dealIds.length === 1 ? row.dealIds[0] : null);
    return {
      couponId: row.coupon_id,
      ...face,
      // It passes on once.
      isTransferable: face.isTransferable && row.given_by === null && row.state === 'available',
      state: row.state,
      validFromMs: row.valid_from,
      validUntilMs: row.valid_until,
      orderId: row.order_id,
      isNew: row.state === 'available' && row.now_ms < row.claimed_ms + DAY_MS,
      gift: row.token ? { token: row.token, expiresAtMs: row.gift_until } : null,
      useDealId: oneDeal,
      useStoreId: oneDeal ? null : row.use_store,
    };
  });
};

export const getCouponGift: Story<'getCouponGift'> = async (ctx, { params }) => {
  const [row] = await ctx.db.query(
    `SELECT ${FACE}, g.coupon_id AS given_id, g.giver_id, g.taken_by, p.name AS giver_name, p.avatar_url AS giver_avatar, ms_of(g.expires_at) AS expires_at,
      CASE WHEN g.state = 'open' AND g.expires_at <= juke_now() THEN 'ended' ELSE g.state END AS gift_state,
      ms_of(c.valid_from) AS valid_from, ms_of(c.valid_until) AS valid_until
    FROM coupon_gift g JOIN coupon c USING (coupon_id) JOIN coupon_offer o USING (offer_id) ${FACE_TABLES}
      JOIN person p ON p.person_id = g.giver_id WHERE g.token = $1`,
    [params.token],
  );
  if (!row) refuse('NOT_FOUND');
  const face = faceOf(row as FaceRow, ctx.language);
  const isMine = row.giver_id === ctx.session?.personId;
  return {
    giver: person(row, 'giver'),
    state: row.gift_state,
    isMine,
    isTakenByMe: row.taken_by !== null && row.taken_by === ctx.session?.personId,
    expiresAtMs: row.expires_at,
    giving: isMine && row.gift_state === 'open' ? row.given_id : null,
    // What was given passes on no further.
    coupon: { ...face, isTransferable: false, validFromMs: row.valid_from, validUntilMs: row.valid_until },
  };
};
