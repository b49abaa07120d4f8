// Texts of a member's words to friends.
import { defineTexts } from './define';

export const texts = defineTexts({
  zh: {
    title: '捎句话',
    label: '想对朋友说什么',
    hint: '周五下班去？毛肚真的脆，就差你了',
    left: (count: number) => `还能写 ${count} 个字`,
    note: '朋友打开你的邀请时，在你的名字旁边看到。不写电话和链接。',
    save: '就这么说',
    saved: '朋友打开就能看到',
    takenBack: '收回了',
    takeBack: '收回这句话',
    needLogin: '登录后才能给朋友捎话。',
    notIn: '你还没入座',
    notInText: '入座付款的人才能给朋友捎话。',
    toGroup: '看这个团',
  },
  en: {
    title: 'A few words',
    label: 'What do you say to your friends?',
    hint: 'Friday after work? One seat is yours',
    left: (count) => `${count} character${count === 1 ? '' : 's'} left`,
    note: 'Friends see it beside your name when they open your invitation. No phone numbers, no links.',
    save: 'Say it',
    saved: 'Friends will see it',
    takenBack: 'Taken back',
    takeBack: 'Take it back',
    needLogin: 'Log in to add a few words.',
    notIn: 'You have no seat yet',
    notInText: 'Who paid for a seat can add a few words.',
    toGroup: 'See the group',
  },
});
