/** The journey on phones: the compiled app, the real server, and the stand-in for WeChat on the far side. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { account, DAY, later, MINUTE } from '../support/trade';
import type { Phone } from './support/phone';
import { phonesOf } from './support/phones';

let t: TestApp;
let m: Market;
const phoneOf = phonesOf(() => t);
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { pictureUrls: ['/art/dish-hotpot.jpg'] } });
  await t.person('林小满', { phone: null });
  await t.person('周屿', { phone: null });
});
afterEach(() => t.stop());

/** WeChat's login page, with consent given when it asks. */
async function logIn(phone: Phone): Promise<void> {
  await phone.tap('微信一键登录');
  await phone.tap('同意并登录');
  await phone.tap(phone.habits.phone ? '用微信绑的手机号' : '先不绑');
}

/** The sharer's way from discovery to a card; the share sheet is open afterwards. */
async function shareFrom(phone: Phone): Promise<{ path: string; token: string; title: string; imageUrl?: string }> {
  phone.open(`pages/deal/index?id=${m.dealId}`);
  await phone.tap('分享');
  await logIn(phone);
  await phone.until('a share button that is ready', () => phone.find('发给微信好友') && phone.isReady('发给微信好友'));
  await phone.tap('发给微信好友');
  const card = await phone.shareCard();
  return { ...card, token: /[?&]s=([0-9a-z]+)/.exec(card.path)![1]! };
}

test('a shared deal is bought, served and rebated, and the rebate is taken into WeChat (I-16, I-18, I-19, A-19)', async () => {
  const sharer = phoneOf('林小满');
  sharer.open();
  await sharer.sees('看离你近的优惠');
  expect(sharer.calls.getLocation).toBeUndefined();
  await sharer.tap('用我的位置');
  await sharer.sees('老灶火锅双人餐');
  expect(sharer.calls.requirePrivacyAuthorize).toHaveLength(1);
  expect(sharer.calls.getLocation).toEqual([{ type: 'gcj02' }]);
  await sharer.tap('老灶火锅双人餐');
  await sharer.until('the deal', () => sharer.path() === 'pages/deal/index');
  expect(sharer.query()).toEqual({ id: m.dealId });
  await sharer.sees('朋友减¥10，你返¥9.44');

  sharer.habits.phone = '13900001234';
  await sharer.tap('分享');
  await logIn(sharer);
  await sharer.sees('分享给想一起来的人');
  await sharer.until('the link', () => sharer.isReady('发给微信好友'));
  await sharer.tap('发给微信好友');
  const card = await sharer.shareCard();
  expect(card).toEqual({
    title: expect.stringContaining('老灶火锅双人餐'), path: expect.stringMatching(new RegExp(`^/pages/deal/index\\?id=${m.dealId}&s=[0-9a-z]{12,28}$`)),
    imageUrl: expect.stringMatching(/\/art\/dish-hotpot\.jpg$/),
  });
  await sharer.until('the link for Moments', () => /[?&]s=/.test(`&${sharer.sharedMoments().query}`));
  expect(sharer.sharedMoments().title).not.toMatch(/返/);

  const friend = phoneOf('周屿');
  friend.open(card.path, { scene: 1044, shareTicket: 'ticket-1', groupId: 'tGroupOfFriends' });
  await friend.sees('林小满请你入座');
  await friend.sees('你付¥118.00');
  await friend.sees('你到店用掉后，林小满得¥9.44返利');
  await friend.until('WeChat to sign in by itself', () => (friend.calls.login ?? []).length === 1);
  await friend.until('the group to be told', () => (friend.calls.request ?? []).some(({ url }) => String(url).includes('/touches')));
  await friend.tap('立即买');
  await friend.until('checkout', () => friend.path() === 'pages/checkout/index');
  await friend.sees('林小满得¥9.44返利');
  await friend.tap('提交并支付');
  await friend.sees('付好了');
  expect(friend.calls.requestPayment).toEqual([{ timeStamp: expect.stringMatching(/^\d{10}$/), nonceStr: expect.any(String), package: expect.stringMatching(/^prepay_id=/), signType: 'RSA', paySign: expect.any(String) }]);
  const [touched] = await t.db.query<{ groupId: string }>('SELECT group_id AS "groupId" FROM touch WHERE token = $1 AND person_id IS NOT NULL', [/s=(\w+)/.exec(card.path)![1]!]);
  expect(touched).toEqual({ groupId: 'tGroupOfFriends' });

  await friend.tap('去看券码');
  await friend.until('the code', () => friend.qrCodes().length === 1);
  await friend.until('a bright screen', () => friend.calls.setScreenBrightness);
  expect(friend.calls.setScreenBrightness).toEqual([{ value: 1 }]);
  await friend.tap('在地图上看南京东路店');
  expect(friend.calls.openLocation).toEqual([expect.objectContaining({ latitude: 31.235, longitude: 121.48, name: '南京东路店' })]);

  const clerk = phoneOf('店员小陈');
  clerk.open('merchant/pages/redeem/index');
  clerk.habits.scans = friend.qrCodes()[0]!;
  await clerk.tap('扫客人的券码');
  await clerk.sees('核销成功');
  await clerk.sees('由林小满分享带来');
  await clerk.tap('继续扫下一张');
  await clerk.sees('这张券用过了');

  await friend.until('the used voucher', () => friend.text().includes('用掉了'));
  await friend.back();

  sharer.open('pages/wallet/index');
  await sharer.sees('7天售后期内·1笔');
  await sharer.sees('待到账¥9.44');
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY);
  // As with WeChat itself: no page of a stand-in to confirm on.
  t.app.config.sandboxUrl = null;
  sharer.open('pages/wallet/index');
  await sharer.sees('可提现¥9.44');
  await sharer.tap('提现');
  await sharer.until('the page to withdraw', () => sharer.path() === 'pages/withdraw/index');
  // The first withdrawal of anybody asks for the age.
  await t.db.query("DELETE FROM consent WHERE kind = 'adult'");
  await sharer.type('提多少', '9.44');
  await sharer.tap('提现¥9.44');
  await sharer.sees('你年满18周岁了吗？');
  await sharer.tap('我已年满18周岁');
  await sharer.sees('¥9.44等你在微信里收款');
  sharer.habits.takesMoney = 'old';
  await sharer.tap('去微信收款');
  await sharer.sees('这台手机的微信太旧，收不了');
  sharer.habits.takesMoney = 'confirm';
  await sharer.tap('去微信收款');
  await sharer.sees('已到微信零钱');
  expect(sharer.calls.requestMerchantTransfer).toHaveLength(1);
  const [{ personId }] = (await t.db.query<{ personId: string }>(`SELECT person_id AS "personId" FROM person WHERE name = '林小满'`)) as [{ personId: string }];
  expect(await account(t, 'reward-available', personId)).toBe(0);
});

test('a code scanned from a poster opens the same landing, and a closed cashier leaves an order to pay (F-09)', async () => {
  const { token } = await shareFrom(phoneOf('林小满'));
  const friend = phoneOf('周屿');
  friend.open(`pages/deal/index?scene=${encodeURIComponent(token)}`, { scene: 1047 });
  await friend.sees('林小满请你入座');
  await friend.tap('立即买');
  await friend.until('the login page', () => friend.path() === 'pages/login/index');
  await logIn(friend);
  await friend.until('checkout', () => friend.path() === 'pages/checkout/index');
  friend.habits.pays = 'cancel';
  await friend.tap('提交并支付');
  await friend.until('the order', () => friend.path() === 'pages/order/index');
  expect(friend.query()).toMatchObject({ cancelled: '1' });
  await friend.sees('等你付款');
  friend.habits.pays = 'pay';
  await friend.tap('去付款');
  await friend.sees('付好了');
  expect(friend.calls.requestPayment).toHaveLength(2);
});

test('a poster is one picture of its own size; without the album the settings are a tap away', async () => {
  const phone = phoneOf('林小满');
  await shareFrom(phone);
  await phone.until('the poster', () => phone.calls.canvasToTempFilePath && !phone.text().includes('海报正在画'));
  const [drawn] = phone.calls.canvasToTempFilePath!;
  expect([drawn!.destWidth, drawn!.destHeight]).toEqual([drawn!.width, drawn!.height]);
  phone.habits.album = 'deny';
  await phone.tap('保存海报');
  await phone.sees('没有相册权限');
  await phone.tap('打开设置');
  await phone.until('the settings', () => phone.calls.openSetting);
  phone.habits.album = 'allow';
  await phone.tap('保存海报');
  await phone.sees('海报存到相册了');
});

test('who signed in long ago is signed in again before WeChat tells the chat group, so that the server can read it (B7)', async () => {
  const { path, token } = await shareFrom(phoneOf('林小满'));
  const friend = phoneOf('周屿');
  friend.open(path, { scene: 1044, shareTicket: 'ticket-1', groupId: 'tFirst' });
  await friend.until('WeChat to sign in by itself', () => friend.storage.has('juke.session'));
  const groups = async () => (await t.db.query<{ groupId: string }>('SELECT group_id AS "groupId" FROM touch WHERE token = $1 AND group_id IS NOT NULL ORDER BY touched_at', [token])).map(({ groupId }) => groupId);
  const told = async (group: string) => {
    for (let tried = 0; tried < 1_000 && !(await groups()).includes(group); tried += 1) await new Promise((resolve) => setTimeout(resolve, 30));
    return groups();
  };
  expect(await told('tFirst')).toEqual(['tFirst']);
  await t.sandbox!.control('wx/key-ends', { user: '周屿' });
  friend.habits.wechatKey = 'ended';
  friend.open(path, { scene: 1044, shareTicket: 'ticket-2', groupId: 'tSecond' });
  expect(await told('tSecond')).toEqual(['tFirst', 'tSecond']);
});

test('WeChat\'s own list of orders knows an order by the number of its payment, and leads to it', async () => {
  const phone = phoneOf('周屿');
  phone.open(`pages/deal/index?id=${m.dealId}`);
  await phone.tap('立即买');
  await logIn(phone);
  phone.habits.pays = 'cancel';
  await phone.tap('提交并支付');
  await phone.sees('等你付款');
  const [{ paymentId }] = (await t.db.query<{ paymentId: string }>('SELECT payment_id AS "paymentId" FROM payment')) as [{ paymentId: string }];
  phone.open(`pages/order/index?id=${paymentId}`);
  await phone.sees('等你付款');
  phone.habits.pays = 'pay';
  await phone.tap('去付款');
  await phone.sees('付好了');
});

test('a post to Moments from the menu leads to the page that it was made on', async () => {
  const phone = phoneOf('林小满');
  phone.open(`pages/deal/index?id=${m.dealId}`);
  await phone.sees('立即买');
  expect(phone.sharedMoments()).toMatchObject({ title: '老灶火锅双人餐', query: `id=${m.dealId}` });
});

test('a refused position and a lost connection are said in words, and nothing breaks', async () => {
  const phone = phoneOf('周屿');
  phone.habits.location = 'deny';
  phone.open();
  await phone.tap('用我的位置');
  await phone.sees('没有拿到定位权限');
  await phone.tap('老灶火锅双人餐');
  await phone.sees('立即买');
  phone.habits.online = false;
  phone.open(`pages/deal/index?id=${m.dealId}`);
  await phone.sees('没有网络');
});
