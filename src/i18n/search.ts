// Texts of the search page.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    title: '搜索',
    hint: '搜菜名、店名或地址',
    history: '搜过的',
    clearHistory: '清空',
    clearAsk: '清空搜过的词？',
    clearBody: '只存在这台设备上，清空后找不回来。',
    keep: '先留着',
    deals: '优惠',
    shops: '门店',
    what: '搜什么',
    emptyDeals: (q: string) => `没有找到“${q}”的优惠`,
    emptyShops: (q: string) => `没有找到“${q}”的门店`,
    emptyText: '换个短一点的词，或者去看看另一栏',
    start: '输一个菜名或店名',
    startText: '比如“鸳鸯锅”“蛋挞”“桥弄街”',
  },
  en: {
    title: 'Search',
    hint: 'Dish, shop or address',
    history: 'Searched before',
    clearHistory: 'Clear',
    clearAsk: 'Clear what you searched?',
    clearBody: 'It is kept on this device only and cannot be brought back.',
    keep: 'Keep it',
    deals: 'Deals',
    shops: 'Shops',
    what: 'What to search',
    emptyDeals: (q) => `No deal for “${q}”`,
    emptyShops: (q) => `No shop for “${q}”`,
    emptyText: 'Try a shorter word, or look under the other tab',
    start: 'Type a dish or a shop',
    startText: 'For example a dish, a shop or a street',
  },
});
