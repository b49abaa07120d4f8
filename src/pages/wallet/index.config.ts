export default definePageConfig({ navigationBarTitleText: '钱包与返利', enablePullDownRefresh: true });
