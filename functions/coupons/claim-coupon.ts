/**
 * A person claims a coupon: from a 2 s snapshot of the offer who is too late is refused without a write; the save's counters decide.
 * Codes: every try counts before anything is looked up, and what cannot be claimed by a code is said the same way as what does
 * not exist. Guards I-11, I-22, A-11, A-12, F-21.
 */
import { COUPON_CODE_TRIES, COUPON_CODE_WINDOW_MS, COUPON_GRACE_MS, COUPON_REMIND_MS, COUPONS_HELD_MAX } from '../contract/limits';
import { findAccepted, me, newId, newSnapshot, Refused, refuse, replayed, type Context, type Db, type Snapshot, type Story } from '../kernel';
import { decideClaim, type ClaimVerdict } from './rules';
import { findLastPaid, findOffer, findOfferFor, type OfferRow } from './store';
import { faceOf } from './words';

const offers = new WeakMap<Db, Snapshot<OfferRow | null>>();
/** Terms never change; what was claimed only grows, so a snapshot that says "gone" is right. */
function loadOffer(db: Db, offerId: string): Promise<OfferRow | null> {
  let snapshot = offers.get(db);
  if (!snapshot) offers.set(db, (snapshot = newSnapshot()));
  return snapshot.get(offerId, () => findOffer(db, offerId));
}

export const claimCoupon: Story<'claimCoupon'> = (ctx, { params }) =>
  replayed(ctx, async () => {
    const offer = await loadOffer(ctx.db, params.offerId);
    if (!offer || offer.code !== null) refuse('NOT_FOUND');
    return claim(ctx, offer);
  });

interface Claimed { couponId: string; offerId: string; validFromMs: number; validUntilMs: number }
async function claim(ctx: Context, offer: OfferRow): Promise<Claimed> {
  const { personId } = me(ctx);
  const lastPaidMs = offer.audience === 'everyone' ? null : await findLastPaid(ctx.db, personId, offer.merchantId);
  refuseClaim(ctx, offer, decideClaim(offer, 0, lastPaidMs, ctx.clock.nowMs()));
  return ctx.db.call<Claimed>('coupons_claim', {
    idem: ctx.idem, offerId: offer.offerId, code: offer.code, personId, couponId: newId('cpn'), graceMs: COUPON_GRACE_MS, remindMs: COUPON_REMIND_MS, heldMax: COUPONS_HELD_MAX,
  });
}

const WHO = { not_new: { zh: '没来过的新客', en: 'guests who are new' }, not_lapsed: { zh: '很久没来的老客', en: 'guests who have not come for a while' } };
export function refuseClaim(ctx: Context, offer: { perPerson: number }, verdict: ClaimVerdict): void {
  if (verdict === 'ok') return;
  if (verdict === 'gone') refuse('COUPON_GONE');
  if (verdict === 'limit') refuse('COUPON_LIMIT', { limit: offer.perPerson });
  if (verdict === 'not_new' || verdict === 'not_lapsed') refuse('COUPON_NOT_FOR_YOU', { who: WHO[verdict][ctx.language], reason: verdict });
  refuse('COUPON_CLOSED');
}

/** constant for what is unknown, over, paused or not yet there. One query, whatever the answer. */
async function findByCode(ctx: Context, code: string) {
  const { personId, deviceId, familyId } = me(ctx);
  const { waitMs } = await ctx.db.call<{ waitMs: number }>('coupons_count_try', { familyId, actors: [`p:${personId}`, `d:${deviceId}`], max: COUPON_CODE_TRIES, windowMs: COUPON_CODE_WINDOW_MS });
  if (waitMs > 0) throw new Refused('RATE_LIMITED', {}, waitMs);
  const offer = await findOfferFor(ctx.db, code, personId);
  if (!offer || offer.state !== 'active' || offer.nowMs < offer.claimFromMs || offer.nowMs >= offer.claimUntilMs) refuse('COUPON_CODE_UNKNOWN');
  return offer;
}

export const openCouponCode: Story<'openCouponCode'> = async (ctx, { body }) => {
  const offer = await findByCode(ctx, body.code);
  return {
    offerId: offer.offerId, ...faceOf(offer, ctx.language), left: offer.total - offer.claimed, total: offer.total, perPerson: offer.perPerson, claimFromMs: offer.claimFromMs, claimUntilMs: offer.claimUntilMs,
    validFromMs: offer.validFromMs, validUntilMs: offer.validUntilMs, validDays: offer.validDays, claim: decideClaim(offer, offer.mine, offer.lastPaidMs, offer.nowMs), mine: offer.mine,
  };
};

export const claimCouponCode: Story<'claimCouponCode'> = async (ctx, { body }) => {
  // A repeat of what was accepted is no guess.
  const seen = await findAccepted<Claimed>(ctx);
  return seen ?? claim(ctx, await findByCode(ctx, body.code));
};
