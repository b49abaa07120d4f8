/** Coupons on phones: claimed from a deal, the cheapest way found at checkout, and one passed on as a card of WeChat's own. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { claim, makeOffer, makePlatformOffer } from '../support/coupons';
import { share } from '../support/trade';
import { phonesOf } from './support/phones';

let t: TestApp;
let m: Market;
const phoneOf = phonesOf(() => t);
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
});
afterEach(() => t.stop());

test('the checkout opens with a coupon and shows the cheapest way; another one is chosen, placed and paid (C2, I-06)', async () => {
  const [sharer, guest] = [await t.person('林小满'), await t.person('周屿')];
  const token = await share(t, m, sharer);
  for (const more of [{ title: '店铺券' }, { title: '大桌券', thresholdFen: 15_000, amountFen: 3_000 }]) await claim(t, guest, (await makeOffer(t, m, more)).offerId);
  await claim(t, guest, (await makePlatformOffer(t, m, { title: '平台券', thresholdFen: 12_000 })).offerId);

  const phone = phoneOf('周屿');
  phone.open(`pages/checkout/index?id=${m.dealId}&s=${token}`);
  await phone.sees('优惠怎么用最省');
  await phone.sees('平台券+店铺券最省');
  await phone.sees('共省¥35.00');
  await phone.sees('不能和好友立减一起用，要多付¥10.00');
  await phone.sees('还差¥22.00到门槛');
  await phone.sees('合计¥93.00');
  await phone.tap('不能和好友立减一起用，要多付¥10.00');
  await phone.sees('合计¥103.00');
  await phone.sees('好友立减（林小满分享）');
  await phone.tap('提交并支付');
  await phone.sees('付好了');
  const [order] = await t.db.query<{ payable: number; used: string }>(`SELECT payable_fen::int AS payable,
    (SELECT string_agg(o.title, ' ') FROM coupon c JOIN coupon_offer o USING (offer_id) WHERE c.state = 'used') AS used FROM guest_order`);
  expect(order).toEqual({ payable: 10_300, used: '店铺券' });
});

test('a coupon is claimed from the deal and given to a friend by a card (I-11)', async () => {
  await Promise.all(['林小满', '周屿', '阿舟'].map((name) => t.person(name)));
  await makeOffer(t, m, { title: '店铺券', isTransferable: true });
  const phone = phoneOf('林小满');
  phone.open(`pages/deal/index?id=${m.dealId}`);
  await phone.tap('这里有1种券');
  await phone.until('the coupons of the deal', () => phone.path() === 'coupons/pages/centre/index');
  await phone.sees('还剩10/10张');
  await phone.tap('领取店铺券');
  await phone.sees('已领');
  await phone.tap('我的优惠券');
  await phone.until('my coupons', () => phone.path() === 'coupons/pages/mine/index');
  await phone.tap('送朋友');
  await phone.sees('只能送这一次');
  await phone.tap('生成赠送链接');
  // The card is a private message before it can be sent; leaving the sheet takes that back for other cards.
  await phone.until('a share button that is ready', () => phone.find('发给微信好友') && phone.isReady('发给微信好友'));
  const [gift] = await t.db.query<{ activity: string }>('SELECT activity_id AS activity FROM coupon_gift');
  expect(phone.calls.updateShareMenu).toEqual([{ withShareTicket: true, isPrivateMessage: true, activityId: gift!.activity }]);
  await phone.tap('发给微信好友');
  const card = await phone.shareCard();
  expect(card).toEqual({ title: '送你一张「店铺券」，点开就能领', path: expect.stringMatching(/^\/coupons\/pages\/gift\/index\?t=[0-9a-z]{12,28}$/) });

  await phone.tap('关闭');
  await phone.until('plain cards again', () => phone.calls.updateShareMenu!.at(-1)!.isPrivateMessage === false);

  // Forwarded all the same, or by another card of his: WeChat says so, and the server reads it.
  const stranger = phoneOf('阿舟');
  stranger.open(card.path, { scene: 1007, shareTicket: 'ticket-2', privateMessage: { activityId: gift!.activity, valid: false } });
  await stranger.tap('收下这张券');
  await stranger.sees('这张卡片不是直接发给你的');
  const { activity_id: other } = await activity();
  stranger.open(card.path, { scene: 1007, shareTicket: 'ticket-3', privateMessage: { activityId: other, valid: true } });
  await stranger.tap('收下这张券');
  await stranger.sees('这张卡片不是发给你的，券没有动');

  const friend = phoneOf('周屿');
  friend.open(card.path, { scene: 1007, shareTicket: 'ticket-1', privateMessage: { activityId: gift!.activity, valid: true } });
  await friend.sees('林小满送你一张券');
  await friend.tap('收下这张券');
  await friend.until('my coupons', () => friend.path() === 'coupons/pages/mine/index');
  await friend.sees('店铺券');
  phone.open(card.path);
  await phone.sees('朋友收下了这张券');
});

test('where WeChat makes no private card, and on a phone that cannot say what card it was, the gift passes on as before (I-11)', async () => {
  await Promise.all([t.person('林小满'), t.person('周屿')]);
  await t.sandbox!.control('faults', { endpoint: 'wxActivity', fault: 'http500', times: 9 });
  const { couponId } = await claim(t, await t.person('林小满'), (await makeOffer(t, m, { title: '店铺券', isTransferable: true })).offerId);
  const phone = phoneOf('林小满');
  phone.open('coupons/pages/mine/index');
  await phone.tap('送朋友');
  await phone.tap('生成赠送链接');
  await phone.until('a share button that is ready', () => phone.find('发给微信好友') && phone.isReady('发给微信好友'));
  expect(phone.calls.updateShareMenu).toBeUndefined();
  await phone.tap('发给微信好友');
  const friend = phoneOf('周屿');
  friend.open((await phone.shareCard()).path, { scene: 1007, shareTicket: 'ticket-1' });
  await friend.tap('收下这张券');
  await friend.until('my coupons', () => friend.path() === 'coupons/pages/mine/index');
  expect(await t.db.query('SELECT state FROM coupon WHERE coupon_id = $1', [couponId])).toEqual([{ state: 'available' }]);
});

/** Another activity of the same mini-program. */
const activity = async () => {
  const { token } = await t.ok('giveCoupon', { as: await t.person('林小满'), params: { couponId: (await claim(t, await t.person('林小满'), (await makeOffer(t, m, { title: '别的券', isTransferable: true })).offerId)).couponId } });
  return { activity_id: (await t.ok('createGiftActivity', { as: await t.person('林小满'), params: { token } })).activityId! };
};
