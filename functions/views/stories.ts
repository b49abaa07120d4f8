/** The routes that views answers. */
import type { Stories } from '../kernel';
import { getCart, getPurchase } from './cart';
import { getConfig, listPlaces } from './config';
import { listStoreOffers, previewOffer } from './coupon-offers';
import { getCouponGift, getCouponOffer, listCouponOffers, listMyCoupons } from './coupons';
import { getDeal, listDeals } from './deals';
import { getGroup, listDealGroups, listGroups, listMyGroups } from './groups';
import { exportMe } from './me';
import { listNotices } from './notices';
import { getOrder, listOrders } from './orders';
import { listShares } from './shares';
import { getToday, listAfterSales, listRedemptions } from './staff';
import { getStore, listStores } from './stores';
import { getRefund, getVoucher } from './vouchers';
import { getWallet, listRewards, listWithdrawals } from './wallet';

export const stories: Stories = {
  getConfig,
  listPlaces,
  exportMe,
  listDeals,
  getDeal,
  listDealGroups,
  listGroups,
  listMyGroups,
  getGroup,
  listStores,
  getStore,
  listCouponOffers,
  getCouponOffer,
  listMyCoupons,
  getCouponGift,
  listStoreOffers,
  previewOffer,
  listShares,
  getCart,
  getPurchase,
  listOrders,
  getOrder,
  getVoucher,
  getRefund,
  getWallet,
  listRewards,
  listWithdrawals,
  listNotices,
  listRedemptions,
  getToday,
  listAfterSales,
};
