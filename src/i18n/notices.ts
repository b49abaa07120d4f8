// Texts of the notice list.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    title: '消息',
    needLogin: '登录后，订单、退款和返利的每一步都在这里。',
    today: '今天',
    yesterday: '昨天',
    unread: '没读过',
    emptyTitle: '还没有消息',
    emptyText: '付款、退款、返利到账，每一步都会告诉你。',
    remindTitle: '在微信里也提醒我',
    remindText: '每同意一次，微信发一条。可以随时不同意。',
    remind: '开启',
    reminded: '好，下次在微信里提醒',
    notReminded: '没开启，这里照样能看到',
  },
  en: {
    title: 'Notices',
    needLogin: 'Each step of your orders, refunds and rebates is here once you are logged in.',
    today: 'Today',
    yesterday: 'Yesterday',
    unread: 'unread',
    emptyTitle: 'No notices yet',
    emptyText: 'Payments, refunds, rebates: each step is told here.',
    remindTitle: 'Remind me in WeChat too',
    remindText: 'One consent, one message. You can refuse at any time.',
    remind: 'Turn on',
    reminded: 'Next time WeChat reminds you',
    notReminded: 'Not turned on; it is all here',
  },
});
