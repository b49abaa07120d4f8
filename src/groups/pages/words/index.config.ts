export default definePageConfig({ navigationBarTitleText: '捎句话' });
