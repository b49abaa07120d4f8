/** The coupons module's SQL, one named function per statement. */
import type { StackCoupon } from '../contract/best-combination';
import { COUPONS_HELD_MAX } from '../contract/limits';
import type { CouponState } from '../contract/states';
import type { Db } from '../kernel';
import type { FaceRow } from './words';

/** Whom a coupon is for is asked anew each time: somebody who paid meanwhile, or is paying with another one, is no new guest any more. */
const BLOCKED = `CASE o.audience
  WHEN 'new_guest' THEN CASE WHEN person_last_paid(c.owner_id, o.merchant_id) IS NOT NULL
    OR EXISTS (SELECT FROM coupon x WHERE x.owner_id = c.owner_id AND x.first_at = c.first_at AND x.state IN ('held', 'used')) THEN 'not_new' END
  WHEN 'win_back' THEN CASE WHEN coalesce(person_last_paid(c.owner_id, o.merchant_id) > juke_now() - o.win_back_days * interval '1 day', true) THEN 'not_lapsed' END END`;
const STACK = `c.coupon_id AS "couponId", o.title, o.merchant_id AS "merchantId", o.kind, o.threshold_fen AS "thresholdFen", o.amount_fen AS "amountFen", o.off_bps AS "offBps", o.cap_fen AS "capFen",
  o.deal_id AS "dealId", o.deal_ids AS "dealIds", o.store_ids AS "storeIds", o.platform_bps AS "platformBps", ms_of(c.valid_from) AS "validFromMs", ms_of(c.valid_until) AS "validUntilMs", ${BLOCKED} AS blocked`;

/** The available coupons of a person, as the search for the best stack takes them; at most COUPONS_HELD_MAX, ending first. */
export function listCoupons(db: Db, personId: string): Promise<StackCoupon[]> {
  return db.query<StackCoupon>(`SELECT ${STACK} FROM coupon c JOIN coupon_offer o USING (offer_id)
    WHERE c.owner_id = $1 AND c.state = 'available' AND juke_now() < c.valid_until ORDER BY c.valid_until, c.coupon_id LIMIT ${COUPONS_HELD_MAX}`, [personId]);
}
/** A coupon that was chosen by name. `lost`: why it is not at hand (its state, or that it was given away); null: it is. */
export interface ChosenCoupon extends StackCoupon { lost: CouponState | 'given' | null }
/**
 * The named coupons as they are at one moment: those that this person has, and those given away. Asked in two steps, one that comes back
 * in between would be neither at hand nor gone. Whether they may be used now their times and `blocked` say.
 */
export function findCoupons(db: Db, personId: string, couponIds: readonly string[]): Promise<ChosenCoupon[]> {
  return db.query<ChosenCoupon>(`SELECT ${STACK}, CASE WHEN c.owner_id <> $1 THEN 'given' WHEN c.state <> 'available' THEN c.state END AS lost
    FROM coupon c JOIN coupon_offer o USING (offer_id)
    WHERE c.coupon_id = ANY ($2::text[]) AND $1 IN (c.owner_id, c.given_by) ORDER BY c.valid_until, c.coupon_id`, [personId, couponIds]);
}

export interface OfferRow extends FaceRow {
  offerId: string; winBackDays: number | null; total: number; perPerson: number; claimed: number; claimFromMs: number; claimUntilMs: number;
  validFromMs: number | null; validUntilMs: number | null; validDays: number | null; code: string | null; state: 'active' | 'paused'; nowMs: number;
}
const OFFER = `offer_id AS "offerId", merchant_id AS "merchantId", title, kind, audience, win_back_days AS "winBackDays", threshold_fen AS "thresholdFen", amount_fen AS "amountFen", off_bps AS "offBps",
  cap_fen AS "capFen", deal_id AS "dealId", deal_ids AS "dealIds", store_ids AS "storeIds", platform_bps AS "platformBps", total, per_person AS "perPerson", claimed, ms_of(claim_from) AS "claimFromMs",
  ms_of(claim_until) AS "claimUntilMs", ms_of(valid_from) AS "validFromMs", ms_of(valid_until) AS "validUntilMs", valid_days AS "validDays", code, transferable AS "isTransferable", state, ms_of(juke_now()) AS "nowMs"`;
export async function findOffer(db: Db, offerId: string): Promise<OfferRow | null> {
  return (await db.query<OfferRow>(`SELECT ${OFFER}, m.name AS "merchantName", m.logo_ink AS "logoInk", catalog_title(coalesce(deal_id, deal_ids[1])) AS "dealTitle"
    FROM coupon_offer LEFT JOIN LATERAL merchants_find(merchant_id) m ON true WHERE offer_id = $1`, [offerId]))[0] ?? null;
}
/** An offer by its code, with what this person claimed of it and when they last paid where it is for (null: never), as of one moment. */
export async function findOfferFor(db: Db, code: string, personId: string): Promise<(OfferRow & { mine: number; lastPaidMs: number | null }) | null> {
  return (await db.query<OfferRow & { mine: number; lastPaidMs: number | null }>(
    `SELECT ${OFFER}, m.name AS "merchantName", m.logo_ink AS "logoInk", catalog_title(coalesce(deal_id, deal_ids[1])) AS "dealTitle", ms_of(person_last_paid($2, merchant_id)) AS "lastPaidMs",
       coalesce((SELECT c.claimed FROM coupon_claim c WHERE c.offer_id = o.offer_id AND c.person_id = $2), 0) AS mine
     FROM coupon_offer o LEFT JOIN LATERAL merchants_find(merchant_id) m ON true WHERE code = $1`, [code, personId]))[0] ?? null;
}
/** Kinds of coupons that cover a deal and that this person can still claim: open to everybody, not gone, for them, and not all had. */
export async function countClaimable(db: Db, personId: string, deal: { dealId: string; merchantId: string; storeIds: readonly string[] }): Promise<number> {
  return (await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM coupon_offer o LEFT JOIN coupon_claim p ON p.offer_id = o.offer_id AND p.person_id = $1
      CROSS JOIN LATERAL (SELECT CASE WHEN o.audience <> 'everyone' THEN person_last_paid($1, o.merchant_id) END AS at) l
    WHERE o.state = 'active' AND o.code IS NULL AND o.claim_from <= juke_now() AND juke_now() < o.claim_until AND o.claimed < o.total AND coalesce(p.claimed, 0) < o.per_person
      AND (o.merchant_id IS NULL OR o.merchant_id = $2) AND (o.deal_ids = '{}' OR $3 = ANY (o.deal_ids)) AND (o.store_ids = '{}' OR $4::text[] <@ o.store_ids)
      AND CASE o.audience WHEN 'new_guest' THEN l.at IS NULL WHEN 'win_back' THEN l.at <= juke_now() - o.win_back_days * interval '1 day' ELSE true END`,
    [personId, deal.merchantId, deal.dealId, deal.storeIds]))[0]!.n;
}
/** When this person last paid for something at this merchant (null: anywhere). */
export async function findLastPaid(db: Db, personId: string, merchantId: string | null): Promise<number | null> {
  return (await db.query<{ at: number | null }>('SELECT ms_of(person_last_paid($1, $2)) AS at', [personId, merchantId]))[0]!.at;
}

interface CouponRow {
  couponId: string; offerId: string; ownerId: string; isTransferable: boolean; givenBy: string | null;
}
const COUPON = `c.coupon_id AS "couponId", c.offer_id AS "offerId", c.owner_id AS "ownerId", o.transferable AND c.given_by IS NULL AS "isTransferable", c.given_by AS "givenBy"`;
export async function findCoupon(db: Db, couponId: string): Promise<CouponRow | null> {
  return (await db.query<CouponRow>(`SELECT ${COUPON} FROM coupon c JOIN coupon_offer o USING (offer_id) WHERE c.coupon_id = $1`, [couponId]))[0] ?? null;
}
/** A coupon with the gift that it is on its way with (null: none), as of one moment. */
export async function findPassing(db: Db, couponId: string): Promise<(CouponRow & { gift: { token: string; giverId: string } | null }) | null> {
  return (await db.query<CouponRow & { gift: { token: string; giverId: string } | null }>(
    `SELECT ${COUPON}, (SELECT json_build_object('token', token, 'giverId', giver_id) FROM coupon_gift g WHERE g.coupon_id = c.coupon_id AND g.state = 'open') AS gift
     FROM coupon c JOIN coupon_offer o USING (offer_id) WHERE c.coupon_id = $1`, [couponId]))[0] ?? null;
}
interface GiftRow { token: string; activityId: string | null; couponId: string; giverId: string; state: 'open' | 'taken' | 'taken_back' | 'ended' }
export async function findGift(db: Db, token: string): Promise<GiftRow | null> {
  return (await db.query<GiftRow>('SELECT token, activity_id AS "activityId", coupon_id AS "couponId", giver_id AS "giverId", state FROM coupon_gift WHERE token = $1', [token]))[0] ?? null;
}
