export default definePageConfig({ navigationBarTitleText: '一起付' });
