// Pages, tabs and window of the app. The tab bar is drawn by our own component on both targets.
const onWeapp = process.env.TARO_ENV === 'weapp';

// Pages that nobody meets first are packages of their own, so that the main one stays small; their addresses stay.
const later = ['pages/notices', 'pages/refund', 'pages/wallet', 'pages/withdraw', 'pages/settings', 'pages/shares'];

export default defineAppConfig({
  pages: [
    'pages/index/index',
    'pages/groups/index',
    'pages/orders/index',
    'pages/mine/index',
    'pages/search/index',
    'pages/shop/index',
    'pages/deal/index',
    'pages/group/index',
    'pages/checkout/index',
    'pages/pay-return/index',
    'pages/voucher/index',
    'pages/order/index',
    'pages/login/index',
  ],
  subPackages: [
    { root: 'merchant', pages: ['pages/redeem/index', 'pages/today/index', 'pages/after-sales/index', 'pages/offers/index', 'pages/new-offer/index'] },
    { root: 'groups', pages: ['pages/deal/index', 'pages/mine/index', 'pages/words/index'] },
    ...later.map((root) => ({ root, pages: ['index'] })),
    { root: 'cart', pages: ['pages/cart/index', 'pages/checkout/index', 'pages/purchase/index'] },
    { root: 'coupons', pages: ['pages/centre/index', 'pages/claim/index', 'pages/mine/index', 'pages/gift/index'] },
  ],
  tabBar: {
    custom: true,
    color: '#666B63',
    selectedColor: '#12604C',
    backgroundColor: '#FFFFFF',
    list: [
      { pagePath: 'pages/index/index', text: '发现' },
      { pagePath: 'pages/groups/index', text: '拼团' },
      { pagePath: 'pages/orders/index', text: '卡券' },
      { pagePath: 'pages/mine/index', text: '我的' },
    ],
  },
  window: {
    navigationStyle: 'custom',
    navigationBarTitleText: '聚客',
    navigationBarTextStyle: 'black',
    ...(onWeapp ? { navigationBarTextStyle: '@text' as 'black', backgroundTextStyle: '@loading' as 'dark', backgroundColor: '@bg' } : {}),
  },
  ...(onWeapp
    ? {
        darkmode: true,
        themeLocation: 'theme.json',
        // WeChat's search would else take in every page it finds, with the tokens of links and gifts in its address.
        sitemapLocation: 'sitemap.json',
        preloadRule: { 'pages/mine/index': { network: 'all', packages: later } },
        lazyCodeLoading: 'requiredComponents',
        requiredPrivateInfos: ['getLocation'],
        // WeChat asks for consent to the privacy guide before the first private interface.
        __usePrivacyCheck__: true,
        permission: { 'scope.userLocation': { desc: '用来按距离排出附近的优惠，不记录轨迹' } },
      }
    : {}),
});
