export default definePageConfig({
  navigationBarTitleText: '优惠详情',
  enableShareAppMessage: true,
  enableShareTimeline: true,
  enablePageScroll: true,
} as Parameters<typeof definePageConfig>[0]);
