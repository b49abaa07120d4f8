/** A group on phones: opened, passed on as a card that WeChat keeps up to date, joined from a chat group, and left. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { groupOf, standard } from '../support/groups';
import type { Phone } from './support/phone';
import { phonesOf } from './support/phones';

let t: TestApp;
let m: Market;
const phoneOf = phonesOf(() => t);
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { pictureUrls: ['/art/dish-hotpot.jpg'], group: standard() } });
  for (const name of ['林小满', '周屿', '阿舟']) await t.person(name, { phone: null });
});
afterEach(() => t.stop());

async function logIn(phone: Phone): Promise<void> {
  await phone.until('the login page', () => phone.path() === 'pages/login/index');
  await phone.tap('微信一键登录');
  await phone.tap('同意并登录');
  await phone.tap('先不绑');
}

/** The host's way from the deal to the share sheet of a group that is open. */
async function openFrom(host: Phone): Promise<void> {
  host.open(`pages/deal/index?id=${m.dealId}`);
  await host.tap('发起 3 人团');
  await logIn(host);
  await host.until('checkout', () => host.path() === 'pages/checkout/index');
  expect(host.query()).toEqual({ id: m.dealId, open: '1' });
  await host.sees('开团优惠−¥5.00');
  await host.tap('提交并支付');
  await host.sees('你入座了，还差2人');
  await host.tap('喊朋友来');
  await host.until('the landing', () => host.path() === 'pages/group/index');
  await host.until('a share button that is ready', () => host.find('发给微信好友') && host.isReady('发给微信好友'));
}

test('a card from a group leads to its landing and on to a seat, and the card is kept up to date (I-12, A-13, B7)', async () => {
  const host = phoneOf('林小满');
  await openFrom(host);
  const groupId = host.query().id!;
  await host.until('an updatable card', () => (host.calls.updateShareMenu ?? []).length > 0);
  expect(host.calls.updateShareMenu).toEqual([{
    withShareTicket: true, isUpdatableMessage: true, activityId: expect.stringMatching(/./), templateInfo: { parameterList: [{ name: 'member_count', value: '1' }, { name: 'room_limit', value: '3' }] },
  }]);
  await host.tap('发给微信好友');
  const card = await host.shareCard();
  expect(card).toEqual({
    title: '差 2 人成团 · ¥89 · 老灶火锅双人餐', path: expect.stringMatching(new RegExp(`^/pages/group/index\\?id=${groupId}&s=[0-9a-z]{12,28}$`)), imageUrl: expect.stringMatching(/\/art\/dish-hotpot\.jpg$/),
  });
  await host.until('the link for Moments', () => /[?&]s=/.test(`&${host.sharedMoments().query}`));
  expect(host.sharedMoments().title).not.toMatch(/返/);

  const friend = phoneOf('周屿');
  friend.open(card.path, { scene: 1044, shareTicket: 'ticket-1', groupId: 'tGroupOfFriends' });
  await friend.sees('林小满邀请你一起吃');
  expect(friend.sharedMoments().query).toBe(`id=${groupId}`);
  await friend.sees('还差2人，就能成团');
  await friend.sees('你付');
  await friend.sees('¥89.00');
  await friend.sees('你到店用掉后，林小满得¥7.12返利，由商家出');
  await friend.until('the group to be told', () => (friend.calls.request ?? []).some(({ url }) => String(url).includes('/touches')));
  await friend.tap('参团 · 付 ¥89.00');
  await friend.until('checkout', () => friend.path() === 'pages/checkout/index');
  expect(friend.query()).toEqual({ id: m.dealId, s: /s=(\w+)/.exec(card.path)![1]!, group: groupId });
  await friend.sees('3人团价¥99.00');
  await friend.tap('提交并支付');
  await friend.sees('你入座了，还差1人');
  expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 2, confirmed: 2 });

  // The host sees which chat brought somebody.
  host.open(`pages/group/index?id=${groupId}`);
  await host.sees('你入座了，还差1人');
  await host.sees('哪些群带来了人');
  await host.sees('1人打开·1人入团');

  // Leaving weighs as much as inviting, and says what happens to the money.
  friend.open(`pages/group/index?id=${groupId}`);
  await friend.sees('成团前想走随时走，¥89.00全额原路退回');
  await friend.tap('退出拼团');
  await friend.sees('退出这个团？');
  await friend.sees('¥89.00全额原路退回');
  await friend.tap('先不退');
  expect(await groupOf(t, groupId)).toMatchObject({ taken: 2 });
});

test('a code on a poster opens the landing, also where it was made for the page of the deal', async () => {
  const host = phoneOf('林小满');
  await openFrom(host);
  const groupId = host.query().id!;
  await host.tap('发给微信好友');
  const token = /s=(\w+)/.exec((await host.shareCard()).path)![1]!;
  for (const page of ['group', 'deal']) {
    const friend = phoneOf('阿舟');
    friend.open(`pages/${page}/index?scene=${token}`, { scene: 1047 });
    await friend.sees('林小满邀请你一起吃');
    expect(friend.path()).toBe('pages/group/index');
    await friend.sees('参团·付¥89.00');
  }
  expect((await groupOf(t, groupId)).taken).toBe(1);
});

test('the card is decoration: where WeChat gives no activity the group is passed on all the same', async () => {
  const host = phoneOf('林小满');
  await t.sandbox!.control('faults', { endpoint: 'wxActivity', fault: 'http500', times: 9 });
  await openFrom(host);
  await host.until('the answer without an activity', () => (host.calls.request ?? []).some(({ url }) => String(url).endsWith('/activities')));
  await host.tap('发给微信好友');
  expect((await host.shareCard()).path).toMatch(/^\/pages\/group\/index\?id=grp_/);
  expect(host.calls.updateShareMenu).toBeUndefined();
});
