// Texts of paying, wherever it begins.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    elsewhereTitle: '微信里的网页付不了款',
    elsewhereBody: '还没有扣款。点右上角「···」，选“在浏览器打开”再付；或者在微信里搜小程序“聚客”下单。',
    copy: '复制链接',
    known: '知道了',
    copied: '链接复制好了',
    linkTitle: '要关联微信才能付',
    linkBody: '订单已经留好，没有扣款。关联之后接着付。',
    link: '关联并付款',
    notNow: '先不付',
  },
  en: {
    elsewhereTitle: 'Pages inside WeChat cannot take the payment',
    elsewhereBody: 'Nothing was charged. Tap “···” at the top right and choose to open in the browser, then pay; or order in the mini-program Juke.',
    copy: 'Copy the link',
    known: 'Got it',
    copied: 'Link copied',
    linkTitle: 'Link WeChat to pay',
    linkBody: 'Your order is kept and nothing was charged. Once linked, the payment goes on.',
    link: 'Link and pay',
    notNow: 'Not now',
  },
});
