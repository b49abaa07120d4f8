// Every page by name, and the ways to get there. One place knows paths, so that a share, a notice and a tap agree.
import Taro from '@tarojs/taro';

export const pages = {
  discover: '/pages/index/index',
  groups: '/pages/groups/index',
  orders: '/pages/orders/index',
  mine: '/pages/mine/index',
  search: '/pages/search/index',
  shop: '/pages/shop/index',
  deal: '/pages/deal/index',
  group: '/pages/group/index',
  checkout: '/pages/checkout/index',
  payReturn: '/pages/pay-return/index',
  voucher: '/pages/voucher/index',
  order: '/pages/order/index',
  refund: '/pages/refund/index',
  wallet: '/pages/wallet/index',
  withdraw: '/pages/withdraw/index',
  notices: '/pages/notices/index',
  login: '/pages/login/index',
  settings: '/pages/settings/index',
  shares: '/pages/shares/index',
  dealGroups: '/groups/pages/deal/index',
  myGroups: '/groups/pages/mine/index',
  groupWords: '/groups/pages/words/index',
  cart: '/cart/pages/cart/index',
  couponCentre: '/coupons/pages/centre/index',
  claimCoupon: '/coupons/pages/claim/index',
  myCoupons: '/coupons/pages/mine/index',
  couponGift: '/coupons/pages/gift/index',
  purchaseCheckout: '/cart/pages/checkout/index',
  purchase: '/cart/pages/purchase/index',
  redeem: '/merchant/pages/redeem/index',
  today: '/merchant/pages/today/index',
  afterSales: '/merchant/pages/after-sales/index',
  offers: '/merchant/pages/offers/index',
  newOffer: '/merchant/pages/new-offer/index',
} as const;

export type PageName = keyof typeof pages;
export const tabPages = ['discover', 'groups', 'orders', 'mine'] as const;
export type TabName = (typeof tabPages)[number];

// A mini-program keeps at most ten pages.
const STACK_MAX = 9;

/** Path with its query; undefined values are left out. */
export function pageUrl(name: PageName, params: Record<string, string | number | undefined> = {}): string {
  const query = Object.keys(params)
    .filter((key) => params[key] !== undefined && params[key] !== '')
    .map((key) => `${key}=${encodeURIComponent(String(params[key]))}`)
    .join('&');
  return pages[name] + (query ? `?${query}` : '');
}

const isTab = (name: PageName): name is TabName => (tabPages as readonly string[]).includes(name);

/** Opens a page on top; tabs are switched to (their query is dropped, as in WeChat). */
export function openPage(name: PageName, params?: Record<string, string | number | undefined>): void {
  if (isTab(name)) return openTab(name);
  const url = pageUrl(name, params);
  const move = Taro.getCurrentPages().length >= STACK_MAX ? Taro.redirectTo : Taro.navigateTo;
  void move({ url }).catch(() => undefined);
}

/** Opens a page in place of this one. */
export function replacePage(name: PageName, params?: Record<string, string | number | undefined>): void {
  if (isTab(name)) return openTab(name);
  void Taro.redirectTo({ url: pageUrl(name, params) }).catch(() => undefined);
}

export function openTab(name: TabName): void {
  void Taro.switchTab({ url: pages[name] }).catch(() => undefined);
}

export function canGoBack(): boolean {
  return Taro.getCurrentPages().length > 1;
}

/** Back, or home when this page was the way in (a share, a notice). */
export function goBack(): void {
  if (canGoBack()) void Taro.navigateBack().catch(() => openTab('discover'));
  else openTab('discover');
}

/** Follows a path from a notice: '/pages/order/index?orderId=…'. Unknown paths are ignored. */
export function openLink(link: string): void {
  const path = link.split('?')[0] ?? '';
  const name = (Object.keys(pages) as PageName[]).find((key) => pages[key] === path);
  if (!name) return;
  if (isTab(name)) openTab(name);
  else void Taro.navigateTo({ url: link }).catch(() => undefined);
}
