// Texts of a shop's page, and of its lines on other pages.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    title: '门店',
    map: '去这儿',
    call: '打电话',
    coupons: '这家店有券可以领',
    toClaim: '去领',
    deals: '这家店的优惠',
    noDeals: '这家店现在没有在卖的优惠',
    noDealsText: '同一个商家的其他店也可以看看',
    others: '这个商家的其他店',
    rebateMeaning: '返：分享后按朋友实付算，到店用掉、过 7 天售后期到账。',
  },
  en: {
    coupons: 'This shop has coupons',
    toClaim: 'Claim',
    title: 'Shop',
    map: 'Directions',
    call: 'Call',
    deals: 'Deals of this shop',
    noDeals: 'This shop has no deal on sale now',
    noDealsText: 'Its other shops may have one',
    others: 'Other shops of this merchant',
    rebateMeaning: 'Earn: a part of what a friend you shared with pays, after the visit and the 7-day after-sale time.',
  },
});
