export default definePageConfig({
  navigationBarTitleText: '我的优惠券',
  enablePullDownRefresh: true,
  enableShareAppMessage: true,
} as Parameters<typeof definePageConfig>[0]);
