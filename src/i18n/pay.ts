// Texts of paying, wherever it begins.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    elsewhereTitle: '微信里的网页付不了款',
    elsewhereBody: '还没有扣款。点右上角「···」，选“在浏览器打开”再付；或者在微信里搜小程序“聚客”下单。',
    copy: '复制链接',
    known: '知道了',
    copied: '链接复制好了',
  },
  en: {
    elsewhereTitle: 'Pages inside WeChat cannot take the payment',
    elsewhereBody: 'Nothing was charged. Tap “···” at the top right and choose to open in the browser, then pay; or order in the mini-program Juke.',
    copy: 'Copy the link',
    known: 'Got it',
    copied: 'Link copied',
  },
});
