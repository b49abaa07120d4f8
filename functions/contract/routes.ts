/**
 * Every route, by name. Dependency-free: the app imports it as a value. Default deny: a route without a matching
 * session is refused by the pipeline. Guards, I-22.
 *
 * auth: public   nobody needs to be known
 *       optional a session is used when there is one
 *       person   any signed-in person
 *       staff    staff of the store in :storeId (clerk or manager) · manager: managers only
 *       operator platform operator
 * rate: calls a minute from one address, for the ways in
 * money: the route moves money, stock or rights, so a POST without an idempotency key is refused
 */
export type Auth = 'public' | 'optional' | 'person' | 'staff' | 'manager' | 'operator';
export interface Route { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; path: string; auth: Auth; module: string; money?: true; demo?: true; rate?: number }

const get = (path: string, auth: Auth, module: string) => ({ method: 'GET', path, auth, module }) as const;
const post = (path: string, auth: Auth, module: string) => ({ method: 'POST', path, auth, module }) as const;
const money = (path: string, auth: Auth, module: string) => ({ method: 'POST', path, auth, module, money: true }) as const;

export const routes = {
  getConfig: get('/api/config', 'public', 'views'),
  listPlaces: get('/api/places', 'public', 'views'),

  loginWechat: { ...post('/api/sessions/wechat', 'public', 'identity'), rate: 60 },
  sendPhoneCode: { ...post('/api/sessions/phone-codes', 'public', 'identity'), rate: 20 },
  loginPhone: { ...post('/api/sessions/phone', 'public', 'identity'), rate: 60 },
  refreshSession: { ...post('/api/sessions/refresh', 'public', 'identity'), rate: 240 },
  logout: { method: 'DELETE', path: '/api/sessions/current', auth: 'person', module: 'identity' },
  loginDemo: { ...post('/api/demo/sessions', 'public', 'identity'), demo: true },
  getMe: get('/api/me', 'person', 'identity'),
  updateMe: { method: 'PUT', path: '/api/me', auth: 'person', module: 'identity' },
  verifyPhone: post('/api/me/phone', 'person', 'identity'),
  linkWechat: post('/api/me/wechat', 'person', 'identity'),
  setConsent: { method: 'PUT', path: '/api/me/consents/:kind', auth: 'person', module: 'identity' },
  exportMe: get('/api/me/export', 'person', 'views'),
  deleteMe: post('/api/me/deletion', 'person', 'identity'),
  createUpload: post('/api/media', 'person', 'identity'),

  listDeals: get('/api/deals', 'optional', 'views'),
  getDeal: get('/api/deals/:dealId', 'optional', 'views'),
  listDealGroups: get('/api/deals/:dealId/groups', 'optional', 'views'),
  listStores: get('/api/stores', 'optional', 'views'),
  getStore: get('/api/stores/:storeId', 'optional', 'views'),

  createShare: post('/api/deals/:dealId/shares', 'person', 'referrals'),
  openShare: post('/api/shares/:token/touches', 'optional', 'referrals'),
  getShareLink: get('/api/shares/:token/wechat-link', 'public', 'referrals'),
  getDealLink: get('/api/deals/:dealId/wechat-link', 'public', 'referrals'),
  openCode: post('/api/codes/:code/visits', 'optional', 'referrals'),
  listShares: get('/api/me/shares', 'person', 'views'),

  listCouponOffers: get('/api/coupon-offers', 'optional', 'views'),
  getCouponOffer: get('/api/coupon-offers/:offerId', 'optional', 'views'),
  claimCoupon: money('/api/coupon-offers/:offerId/claims', 'person', 'coupons'),
  openCouponCode: post('/api/coupon-codes/visits', 'person', 'coupons'),
  claimCouponCode: money('/api/coupon-codes/claims', 'person', 'coupons'),
  listMyCoupons: get('/api/coupons', 'person', 'views'),
  giveCoupon: money('/api/coupons/:couponId/gifts', 'person', 'coupons'),
  createGiftActivity: post('/api/coupon-gifts/:token/activities', 'person', 'coupons'),
  takeBackCoupon: money('/api/coupons/:couponId/gifts/cancel', 'person', 'coupons'),
  getCouponGift: get('/api/coupon-gifts/:token', 'optional', 'views'),
  claimCouponGift: money('/api/coupon-gifts/:token/claims', 'person', 'coupons'),

  listGroups: get('/api/groups', 'optional', 'views'),
  listMyGroups: get('/api/me/groups', 'person', 'views'),
  getGroup: get('/api/groups/:groupId', 'optional', 'views'),
  setGroupWords: post('/api/groups/:groupId/words', 'person', 'orders'),
  leaveGroup: money('/api/groups/:groupId/leave', 'person', 'refunds'),
  createGroupActivity: post('/api/groups/:groupId/activities', 'person', 'orders'),

  getCart: get('/api/cart', 'person', 'views'),
  setCartItem: { method: 'PUT', path: '/api/cart/items/:dealId', auth: 'person', module: 'orders' },
  quotePurchase: post('/api/purchases/quote', 'person', 'orders'),
  placePurchase: money('/api/purchases', 'person', 'orders'),
  payPurchase: money('/api/purchases/:purchaseId/payments', 'person', 'orders'),
  checkPurchase: post('/api/purchases/:purchaseId/payments/check', 'person', 'orders'),
  cancelPurchase: money('/api/purchases/:purchaseId/cancel', 'person', 'orders'),
  getPurchase: get('/api/purchases/:purchaseId', 'person', 'views'),

  quoteOrder: post('/api/orders/quote', 'person', 'orders'),
  placeOrder: money('/api/orders', 'person', 'orders'),
  payOrder: money('/api/orders/:orderId/payments', 'person', 'orders'),
  checkPayment: post('/api/orders/:orderId/payments/check', 'person', 'orders'),
  cancelOrder: money('/api/orders/:orderId/cancel', 'person', 'orders'),
  listOrders: get('/api/orders', 'person', 'views'),
  getOrder: get('/api/orders/:orderId', 'person', 'views'),

  getVoucher: get('/api/vouchers/:voucherId', 'person', 'views'),
  requestRefund: money('/api/orders/:orderId/refunds', 'person', 'refunds'),
  requestAfterSale: money('/api/vouchers/:voucherId/after-sales', 'person', 'refunds'),
  getRefund: get('/api/refunds/:refundId', 'person', 'views'),

  getWallet: get('/api/wallet', 'person', 'views'),
  listRewards: get('/api/wallet/rewards', 'person', 'views'),
  requestWithdrawal: money('/api/wallet/withdrawals', 'person', 'settlement'),
  listWithdrawals: get('/api/wallet/withdrawals', 'person', 'views'),
  getWithdrawal: get('/api/wallet/withdrawals/:withdrawalId', 'person', 'settlement'),

  listNotices: get('/api/notices', 'person', 'views'),
  readNotices: post('/api/notices/read', 'person', 'identity'),
  addSubscriptions: post('/api/notices/subscriptions', 'person', 'identity'),

  listMyStores: get('/api/staff/stores', 'person', 'merchants'),
  redeemVoucher: money('/api/staff/stores/:storeId/redemptions', 'staff', 'vouchers'),
  undoRedemption: money('/api/staff/stores/:storeId/redemptions/:redemptionId/undo', 'staff', 'vouchers'),
  listRedemptions: get('/api/staff/stores/:storeId/redemptions', 'staff', 'views'),
  getToday: get('/api/staff/stores/:storeId/today', 'staff', 'views'),
  listAfterSales: get('/api/staff/stores/:storeId/after-sales', 'manager', 'views'),
  answerAfterSale: money('/api/staff/stores/:storeId/after-sales/:refundId/answer', 'manager', 'refunds'),

  listStoreOffers: get('/api/staff/stores/:storeId/coupon-offers', 'manager', 'views'),
  previewOffer: post('/api/staff/stores/:storeId/coupon-offers/preview', 'manager', 'views'),
  createOffer: money('/api/staff/stores/:storeId/coupon-offers', 'manager', 'coupons'),
  setOfferState: money('/api/staff/stores/:storeId/coupon-offers/:offerId/state', 'manager', 'coupons'),

  createPlatformOffer: money('/api/operator/coupon-offers', 'operator', 'coupons'),
  createMerchant: money('/api/operator/merchants', 'operator', 'merchants'),
  createStore: money('/api/operator/merchants/:merchantId/stores', 'operator', 'merchants'),
  addStaff: money('/api/operator/merchants/:merchantId/staff', 'operator', 'merchants'),
  createDeal: money('/api/operator/merchants/:merchantId/deals', 'operator', 'catalog'),
  createChannelCode: money('/api/operator/merchants/:merchantId/codes', 'operator', 'referrals'),
  clearReward: money('/api/operator/rewards/:rewardId/clear', 'operator', 'referrals'),

  getDemoClock: { ...get('/api/demo/clock', 'public', 'identity'), demo: true },
  moveDemoClock: { ...post('/api/demo/clock', 'public', 'identity'), demo: true },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** Path with its `:params` filled in, each encoded. */
export function pathOf(name: RouteName, params: Record<string, string> = {}): string {
  return routes[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
}
