export default definePageConfig({ navigationBarTitleText: '我的分享', enablePullDownRefresh: true, onReachBottomDistance: 300 });
