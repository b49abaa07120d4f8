/** Coupons: the public face. */
export { checkOffer, offerWarnings } from './create-offer';
export { expireCoupon, remindCoupon, voidCoupons } from './end-coupons';
export { endCouponGift } from './give-coupon';
export { decideClaim } from './rules';
export { countClaimable, findCoupons, listCoupons, type ChosenCoupon } from './store';
export { faceOf, type FaceRow } from './words';
