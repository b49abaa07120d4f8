/** Coupons: the public face. */
export { findCoupons, listCoupons } from './store';
