// Texts of the card that finds the best way to use one's discounts.
import type { StackCoupon } from '@contract/best-combination';
import { defineTexts } from './define';
import { money, price } from './format';

export const texts = defineTexts({
  zh: {
    title: '优惠怎么用最省',
    saves: (amount: string) => `共省 ${amount}`,
    tried: (count: number) => `我们试了你的 ${count} 张券，第一种付得最少。`,
    noneFits: (count: number) => (count === 1 ? '你的券这次用不上。' : `你的 ${count} 张券这次都用不上。`),
    best: '最省',
    friend: '好友立减',
    plus: ' + ',
    friendPart: (amount: string) => `立减 ${amount}`,
    couponPart: (title: string, amount: string) => `「${title}」减 ${amount}`,
    then: '，再用',
    together: '，可以叠加',
    keep: '这次不用券',
    keepNote: (more: string) => `券留着以后用，多付 ${more}`,
    more: (why: string, amount: string) => `${why}，要多付 ${amount}`,
    same: (why: string) => `${why}，付的钱一样`,
    cannot: '用不了',
    others: (count: number) => `还有 ${count} 张这次用不上的券`,
    moreWays: (count: number) => `还有 ${count} 种用法`,
    seeWhy: '看看为什么',
    fold: '收起',
    missing: (amount: string) => `还差 ${amount} 到门槛`,
    notCovering: '不能用在这次买的东西上',
    notStarted: '还没到能用的时间',
    expired: '已经过期',
    withFriend: '不能和好友立减一起用',
    onePlatform: '平台券一次只能用一张',
    onePerMerchant: '一家店一次只能用一张',
    noRoom: '已经没有可以再减的钱',
    notNew: '只给没来过的新客',
    notLapsed: '只给很久没来的老客',
    amount: (over: string, off: string) => (over ? `满 ${over} 减 ${off}` : `立减 ${off}`),
    percent: (over: string, off: string, cap: string) => `${over ? `满 ${over} ` : ''}打 ${off} 折，最多减 ${cap}`,
    exchange: '1 分换',
  },
  en: {
    title: 'Your cheapest way',
    saves: (amount) => `You save ${amount}`,
    tried: (count) => `We tried your ${count} coupon${count === 1 ? '' : 's'}: the first way costs least.`,
    noneFits: (count) => (count === 1 ? 'Your coupon does not fit this time.' : `None of your ${count} coupons fits this time.`),
    best: 'Cheapest',
    friend: 'Friend discount',
    plus: ' + ',
    friendPart: (amount) => `${amount} off by your friend`,
    couponPart: (title, amount) => `“${title}” takes ${amount} off`,
    then: ', then ',
    together: '; they add up',
    keep: 'No coupon this time',
    keepNote: (more) => `Keeps the coupon for later and costs ${more} more`,
    more: (why, amount) => `${why}; costs ${amount} more`,
    same: (why) => `${why}; costs the same`,
    cannot: 'Not usable',
    others: (count) => `${count} more coupon${count === 1 ? '' : 's'} not for this`,
    moreWays: (count) => `${count} more way${count === 1 ? '' : 's'}`,
    seeWhy: 'See why',
    fold: 'Show less',
    missing: (amount) => `${amount} short of its minimum`,
    notCovering: 'Does not cover what you buy now',
    notStarted: 'Not valid yet',
    expired: 'Expired',
    withFriend: 'Not together with the friend discount',
    onePlatform: 'One platform coupon at a time',
    onePerMerchant: 'One coupon of a shop at a time',
    noRoom: 'Nothing is left to take off',
    notNew: 'For guests who are new to the shop',
    notLapsed: 'For guests who have not come for a while',
    amount: (over, off) => (over ? `${off} off ${over}` : `${off} off`),
    percent: (over, off, cap) => `${off} off${over ? ` from ${over}` : ''}, up to ${cap}`,
    exchange: 'for ¥0.01',
  },
});

type Words = typeof texts.zh;
type Face = Pick<StackCoupon, 'title' | 'kind' | 'thresholdFen' | 'amountFen' | 'offBps' | 'capFen'>;

const plain = (fen: number, language: 'zh' | 'en') => (fen <= 0 ? '' : language === 'zh' ? price(fen).slice(1) : price(fen));
/** 8500 of 10000 left → 8.5 (折); 1500 off → 15% */
export const offOf = (offBps: number, language: 'zh' | 'en') => (language === 'zh' ? String((10_000 - offBps) / 1_000) : `${String(offBps / 100)}%`);

/** 满 100 减 15 */
function summaryOf({ kind, thresholdFen, amountFen, offBps, capFen }: Face, t: Pick<Words, 'amount' | 'percent' | 'exchange'>, language: 'zh' | 'en'): string {
  const over = plain(thresholdFen, language);
  if (kind === 'amount') return t.amount(over, plain(amountFen, language));
  return kind === 'percent' ? t.percent(over, offOf(offBps, language), plain(capFen, language)) : t.exchange;
}

/** 店铺券 满 100 减 15; a title that says it already stays as it is. */
export function couponName(coupon: Face, t: Pick<Words, 'amount' | 'percent' | 'exchange'>, language: 'zh' | 'en'): string {
  const summary = summaryOf(coupon, t, language);
  return coupon.title.includes(summary) ? coupon.title : `${coupon.title} ${summary}`;
}

export const missingText = (t: Pick<Words, 'missing'>, fen: number) => t.missing(money(fen));
