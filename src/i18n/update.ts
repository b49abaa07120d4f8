// Texts of a new version of the mini-program. WeChat's dialog takes four characters on a button.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    title: '有新版本',
    text: '重启就用上。填了一半的内容要重新填，订单和付过的钱不受影响。',
    restart: '重启',
    later: '先不',
  },
  en: {
    title: 'New version',
    text: 'Restart now? What you are typing is lost; orders and payments stay.',
    restart: 'Yes',
    later: 'No',
  },
});
