export default definePageConfig({ navigationBarTitleText: '到店出示', navigationBarTextStyle: 'white' });
