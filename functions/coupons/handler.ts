/** Lambda entry of the coupons module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { findStaff } from '../merchants';
import { claimCoupon, claimCouponCode, openCouponCode } from './claim-coupon';
import { createOffer, createPlatformOffer, setOfferState } from './create-offer';
import { claimCouponGift, createGiftActivity, giveCoupon, takeBackCoupon } from './give-coupon';

export const stories: Stories = { claimCoupon, openCouponCode, claimCouponCode, giveCoupon, takeBackCoupon, createGiftActivity, claimCouponGift, createOffer, setOfferState, createPlatformOffer };
export const handler = createHandler(lambdaApp, stories, { findStaff });
