/** Coupons: the public face. */
export { checkOffer, offerWarnings } from './create-offer';
export { expireCoupon, remindCoupon, voidCoupons } from './end-coupons';
export { endCouponGift } from './give-coupon';
export { decideClaim } from './rules';
export { countClaimable, findCoupons, findLost, listCoupons } from './store';
export { faceOf, type FaceRow } from './words';
