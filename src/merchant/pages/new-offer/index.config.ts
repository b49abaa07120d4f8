export default definePageConfig({ navigationBarTitleText: '发一种新券' });
