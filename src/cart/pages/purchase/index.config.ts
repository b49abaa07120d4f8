export default definePageConfig({ navigationBarTitleText: '合并付款' });
