/** Vouchers and redemptions: the public face. */
export { hmac } from './redeem-voucher';
export { decideRewardFen, standingFen } from './rules';
export { findLiveVoucherId, findSet, findVoucher, listOrderRedemptions, listVouchers } from './store';
