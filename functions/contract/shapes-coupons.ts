/** Wire shapes of coupons: the offers that people claim from, the coupons they hold, and the merchant's editor. */
import * as z from 'zod';
import { COUPON_PER_PERSON_MAX, COUPON_TOTAL_MAX } from './limits';
import { couponAudiences, couponKinds, transitions } from './states';
import { bps, done, fen, id, keysOf, ms, name, nothing, page, pageOf, person, shareToken, text, url } from './shapes-common';

const couponState = z.enum(keysOf(transitions.coupon));
const offerState = z.enum(keysOf(transitions.couponOffer));
/** What a coupon takes off, under which condition. `summary` is its short name as people read it: 满 100 减 15. */
const face = {
  title: z.string(), summary: z.string(), kind: z.enum(couponKinds), audience: z.enum(couponAudiences), thresholdFen: fen, amountFen: fen, offBps: z.int(), capFen: fen,
  merchantId: z.string().nullable(), merchantName: z.string().nullable(), logoInk: z.string().nullable(), dealId: z.string().nullable(), dealTitle: z.string().nullable(),
  scopeText: z.string(), paidByText: z.string(), isTransferable: z.boolean(),
};
/** `claim` says whether this person may claim now, and if not why. Counts are real. */
const couponOffer = z.strictObject({
  offerId: z.string(), ...face, left: z.int(), total: z.int(), perPerson: z.int(), claimFromMs: ms, claimUntilMs: ms, validFromMs: ms.nullable(), validUntilMs: ms.nullable(), validDays: z.int().nullable(),
  claim: z.enum(['ok', 'sign_in', 'gone', 'limit', 'not_started', 'ended', 'not_new', 'not_lapsed', 'paused']), mine: z.int(),
});
const coupon = z.strictObject({
  couponId: z.string(), ...face, state: couponState, validFromMs: ms, validUntilMs: ms, orderId: z.string().nullable(), isNew: z.boolean(), gift: z.strictObject({ token: z.string(), expiresAtMs: ms }).nullable(),
  /** Where it can be used: a deal's page or a shop's. */
  useDealId: z.string().nullable(), useStoreId: z.string().nullable(),
});
const offerParams = z.strictObject({ offerId: id('cof') });
const couponParams = z.strictObject({ couponId: id('cpn') });
const giftParams = z.strictObject({ token: shareToken });
const storeParams = z.strictObject({ storeId: id('sto') });
const couponCode = z.string().trim().toUpperCase().regex(/^[0-9A-Z]{10}$/);
const claimed = z.strictObject({ couponId: z.string(), offerId: z.string(), validFromMs: ms, validUntilMs: ms });
const given = z.strictObject({ token: z.string(), url, weappPath: z.string(), expiresAtMs: ms });

/** A new offer. Which fields count depends on the kind: amount (thresholdFen, amountFen), percent (offBps, capFen), exchange (dealId). */
const offerInput = z.strictObject({
  title: name, kind: z.enum(couponKinds), audience: z.enum(couponAudiences), winBackDays: z.int().min(7).max(365).nullable(), thresholdFen: fen.min(0), amountFen: fen.min(0), offBps: bps, capFen: fen.min(0),
  dealId: id('deal').nullable(), dealIds: z.array(id('deal')).max(50), storeIds: z.array(id('sto')).max(50), total: z.int().min(1).max(COUPON_TOTAL_MAX), perPerson: z.int().min(1).max(COUPON_PER_PERSON_MAX),
  claimFromMs: ms, claimUntilMs: ms, validFromMs: ms.nullable(), validUntilMs: ms.nullable(), validDays: z.int().min(1).max(365).nullable(), withCode: z.boolean(), isTransferable: z.boolean(),
});
/** What an offer can cost at most and, from this merchant's own orders of 30 days, what it is likely to. */
const preview = z.strictObject({
  worstFen: fen, perUseFen: fen, expectedUses: z.int().nullable(), expectedFen: fen.nullable(), coveredOrders30: z.int(), coveredDeals: z.int(), averageFen: fen.nullable(), warnings: z.array(z.string()),
});
const storeOffer = z.strictObject({
  offerId: z.string(), ...face, state: offerState, code: z.string().nullable(), codeUrl: url.nullable(), total: z.int(), claimed: z.int(), held: z.int(), used: z.int(), spentFen: fen, broughtFen: fen, perPerson: z.int(),
  claimFromMs: ms, claimUntilMs: ms, createdAtMs: ms,
});

export const couponShapes = {
  /** The coupon centre; with a deal or a merchant, what can be claimed for it. */
  listCouponOffers: { params: nothing, query: z.strictObject({ ...page, merchantId: id('mch').optional(), dealId: id('deal').optional() }), body: nothing, answer: pageOf(couponOffer) },
  getCouponOffer: { params: offerParams, query: nothing, body: nothing, answer: couponOffer },
  claimCoupon: { params: offerParams, query: nothing, body: nothing, answer: claimed },
  openCouponCode: { params: nothing, query: nothing, body: z.strictObject({ code: couponCode }), answer: couponOffer },
  claimCouponCode: { params: nothing, query: nothing, body: z.strictObject({ code: couponCode }), answer: claimed },
  listMyCoupons: { params: nothing, query: z.strictObject({ ...page, tab: z.enum(['usable', 'used', 'ended']).optional() }), body: nothing, answer: pageOf(coupon) },
  giveCoupon: { params: couponParams, query: nothing, body: nothing, answer: given },
  takeBackCoupon: { params: couponParams, query: nothing, body: nothing, answer: done },
  getCouponGift: {
    params: giftParams, query: nothing, body: nothing,
    answer: z.strictObject({ giver: person, state: z.enum(['open', 'taken', 'taken_back', 'ended']), isMine: z.boolean(), isTakenByMe: z.boolean(), expiresAtMs: ms, /** To its giver while nobody has it: what can be taken back. */ giving: z.string().nullable(),
      coupon: z.strictObject({ ...face, validFromMs: ms, validUntilMs: ms }) }),
  },
  /** For WeChat's private message (私密消息), a card that cannot be forwarded; null where WeChat gives none: a plain card. */
  createGiftActivity: { params: giftParams, query: nothing, body: nothing, answer: z.strictObject({ activityId: z.string().nullable() }) },
  /** `privateMessage`: what WeChat says, still encrypted, of the card that the friend came through. */
  claimCouponGift: { params: giftParams, query: nothing, body: z.strictObject({ privateMessage: z.strictObject({ encryptedData: z.string().max(2_000), iv: z.string().max(64) }).optional() }), answer: claimed },

  listStoreOffers: { params: storeParams, query: z.strictObject(page), body: nothing, answer: pageOf(storeOffer) },
  previewOffer: { params: storeParams, query: nothing, body: offerInput, answer: preview },
  createOffer: { params: storeParams, query: nothing, body: offerInput, answer: z.strictObject({ offerId: z.string(), code: z.string().nullable(), warnings: z.array(z.string()) }) },
  setOfferState: { params: z.strictObject({ storeId: id('sto'), offerId: id('cof') }), query: nothing, body: z.strictObject({ state: offerState }), answer: done },
  /** The platform's own offers, and those whose cost it shares with a merchant (platformBps of each discount). */
  createPlatformOffer: {
    params: nothing, query: nothing, body: z.strictObject({ ...offerInput.shape, merchantId: id('mch').nullable(), platformBps: bps, reason: text.optional() }),
    answer: z.strictObject({ offerId: z.string(), code: z.string().nullable(), warnings: z.array(z.string()) }),
  },
};
export type OfferInput = z.output<typeof offerInput>;
