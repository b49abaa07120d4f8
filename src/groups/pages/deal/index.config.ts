export default definePageConfig({ navigationBarTitleText: '还有空位的团', enablePullDownRefresh: true });
