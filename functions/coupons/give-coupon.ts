/**
 * A coupon passes on to a friend, once: its owner makes a link, the first who claims it has it; unclaimed it comes back after a day.
 * Guards I-11, I-22, A-13. Audience is asked of the friend. A crash leaves either the whole step or nothing.
 * Sent as WeChat's private message the card cannot be forwarded: the phone sees to that, and what WeChat says of the card is
 * checked here where the phone passes it on. A phone that says nothing (an old client, a browser) claims as by a plain link.
 */
import { COUPON_GIFT_MS, COUPONS_HELD_MAX } from '../contract/limits';
import { findOpenid, openPrivateMessage, wechatApi } from '../identity';
import { me, newShareToken, refuse, replayed, type App, type Story } from '../kernel';
import { refuseClaim } from './claim-coupon';
import { decideAudience } from './rules';
import { findCoupon, findGift, findLastPaid, findOffer, findPassing } from './store';

const PAGE = 'coupons/pages/gift/index';

export const giveCoupon: Story<'giveCoupon'> = (ctx, { params }) =>
  replayed(ctx, async () => {
    const { personId } = me(ctx);
    const coupon = await findCoupon(ctx.db, params.couponId);
    if (coupon?.ownerId !== personId) refuse('NOT_FOUND');
    if (!coupon.isTransferable) refuse('COUPON_STATE');
    const token = newShareToken();
    const weappPath = `${PAGE}?t=${token}`;
    return ctx.db.call('coupons_give', { idem: ctx.idem, couponId: coupon.couponId, personId, token, giftMs: COUPON_GIFT_MS, url: `${ctx.config.publicUrl}/${weappPath}`, weappPath });
  });

export const takeBackCoupon: Story<'takeBackCoupon'> = (ctx, { params }) =>
  replayed(ctx, async () => {
    const { personId } = me(ctx);
    const coupon = await findPassing(ctx.db, params.couponId);
    // Given away and claimed, it is the friend's: to its giver it is a coupon whose state changed.
    if (coupon?.ownerId !== personId && coupon?.givenBy !== personId) refuse('NOT_FOUND');
    if (coupon.gift?.giverId !== personId) refuse('COUPON_STATE');
    return ctx.db.call('coupons_end_gift', { idem: ctx.idem, token: coupon.gift.token, to: 'taken_back', personId });
  });

/** One for each gift; its failure fails nothing. */
export const createGiftActivity: Story<'createGiftActivity'> = async (ctx, { params }) => {
  const { personId } = me(ctx);
  const gift = await findGift(ctx.db, params.token);
  if (gift?.giverId !== personId || gift.state !== 'open') refuse('NOT_FOUND');
  if (gift.activityId) return { activityId: gift.activityId };
  const openid = await findOpenid(ctx.db, personId);
  const made = await wechatApi(ctx.config.wechat).createActivity(openid).catch((error: Error) => void ctx.log.warn({ reason: error.message }, 'no private card'));
  return made ? ctx.db.call('coupons_add_card', { token: params.token, activityId: made.activityId }) : { activityId: null };
};

export const claimCouponGift: Story<'claimCouponGift'> = (ctx, { params, body }) =>
  replayed(ctx, async () => {
    const { personId } = me(ctx);
    const gift = (await findGift(ctx.db, params.token)) ?? refuse('NOT_FOUND');
    if (gift.giverId === personId) refuse('COUPON_GIFT_OWN');
    // Unreadable is as if nothing was said: WeChat may have changed the person's key since.
    const cameBy = gift.activityId && body.privateMessage ? await openPrivateMessage(ctx, personId, body.privateMessage).catch(() => null) : null;
    if (cameBy && cameBy !== gift.activityId) refuse('COUPON_GIFT_NOT_SENT');
    const coupon = (await findCoupon(ctx.db, gift.couponId))!;
    const offer = (await findOffer(ctx.db, coupon.offerId))!;
    if (gift.state === 'open' && offer.audience !== 'everyone') {
      const problem = decideAudience(offer, await findLastPaid(ctx.db, personId, offer.merchantId), offer.nowMs);
      if (problem) refuseClaim(ctx, offer, problem);
    }
    return ctx.db.call('coupons_claim_gift', { idem: ctx.idem, token: gift.token, personId, heldMax: COUPONS_HELD_MAX });
  });

/** Nobody claimed it in time. */
export async function endCouponGift(app: App, token: string): Promise<null> {
  await app.db.call('coupons_end_gift', { token, to: 'ended' });
  return null;
}
