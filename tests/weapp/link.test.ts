/** Paying from an account that WeChat does not know yet: linked where it is needed, the same order is paid on; nothing is ordered twice. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import type { Phone } from './support/phone';
import { phonesOf } from './support/phones';

let t: TestApp;
let street: [Market, Market];
const phoneOf = phonesOf(() => t);
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  const hotpot = await t.market({ merchant: { name: '渡口老灶' } });
  street = [hotpot, await t.market({ operator: hotpot.operator, staff: ['店员二', '店长二'], merchant: { name: '荷风粤点' }, deal: { title: '早茶四笼', priceFen: 7_600 } })];
});
afterEach(() => t.stop());

const ANSWERS = ['关联并付款', '先不付'] as const;

/** A phone whose app is signed in as somebody who came by the browser, with a phone number and no WeChat. */
async function browserGuest(): Promise<Phone> {
  const guest = await t.person('浏览器来的', { openid: null });
  const phone = phoneOf('周屿');
  (phone.storage as Map<string, string>).set('juke.session', JSON.stringify({ personId: guest.personId, token: guest.token, refreshToken: 'rfr-0000000000000000', expiresAtMs: Date.now() + 9e8 }));
  return phone;
}
const orders = () => t.db.query<{ state: string; n: number }>('SELECT state, sum(quantity)::int AS n FROM guest_order GROUP BY 1');
const placed = (phone: Phone) => (phone.calls.request ?? []).filter(({ url, method }) => method === 'POST' && /\/api\/(orders|purchases)$/.test(String(url))).length;

describe.each(ANSWERS)('%s', (answer) => {
  const isLinked = answer === '关联并付款';

  test('two of one deal', async () => {
    const phone = await browserGuest();
    phone.open(`pages/checkout/index?id=${street[0].dealId}&n=2`);
    await phone.sees('¥256.00');
    await phone.tap('提交并支付');
    await phone.sees('订单已经留好，没有扣款');
    await phone.tap(answer);
    if (isLinked) await phone.sees('付好了');
    else await phone.sees('等你付款');
    expect(phone.path()).toBe(isLinked ? 'pages/pay-return/index' : 'pages/order/index');
    expect(await orders()).toEqual([{ state: isLinked ? 'paid' : 'unpaid', n: 2 }]);
    expect(placed(phone)).toBe(1);
    expect(phone.calls.requestPayment?.length ?? 0).toBe(isLinked ? 1 : 0);
  });

  test('a cart of two shops', async () => {
    const phone = await browserGuest();
    for (const { dealId } of street) {
      phone.open(`pages/deal/index?id=${dealId}`);
      await phone.tap('加入购物车');
      await phone.sees('放进购物车了');
    }
    await phone.tap('购物车2');
    await phone.tap('去结算（2）');
    await phone.sees('2家店，一次付清');
    await phone.tap('提交并支付');
    await phone.tap(answer);
    if (isLinked) await phone.sees('付好了');
    else await phone.sees('一起付款');
    expect(phone.path()).toBe('cart/pages/purchase/index');
    expect(await orders()).toEqual([{ state: isLinked ? 'paid' : 'unpaid', n: 2 }]);
    expect(placed(phone)).toBe(1);
    // Later it is asked again, and the same orders are paid.
    if (isLinked) return;
    await phone.tap('一起付款');
    await phone.tap('关联并付款');
    await phone.sees('付好了');
    expect(await orders()).toEqual([{ state: 'paid', n: 2 }]);
    expect(placed(phone)).toBe(1);
  });
});

test('a WeChat that has an account of its own: both become one, and the order of the one is paid by the other', async () => {
  await t.person('周屿', { phone: null });
  const phone = await browserGuest();
  phone.open(`pages/checkout/index?id=${street[0].dealId}`);
  await phone.tap('提交并支付');
  await phone.tap('关联并付款');
  await phone.sees('付好了');
  expect(await orders()).toEqual([{ state: 'paid', n: 1 }]);
  expect((await t.db.query('SELECT FROM person WHERE joined_into IS NOT NULL')).length).toBe(1);
});

test('a WeChat that is somebody else’s is refused, and the order waits', async () => {
  await t.person('周屿');
  const phone = await browserGuest();
  phone.open(`pages/checkout/index?id=${street[0].dealId}`);
  await phone.tap('提交并支付');
  await phone.tap('关联并付款');
  await phone.sees('等你付款');
  expect(phone.path()).toBe('pages/order/index');
  expect(await orders()).toEqual([{ state: 'unpaid', n: 1 }]);
  expect(phone.calls.requestPayment).toBeUndefined();
});

test('who signed out stays signed out until they sign in', async () => {
  await t.person('周屿', { phone: null });
  const phone = phoneOf('周屿');
  phone.open('pages/orders/index');
  await phone.until('WeChat to sign in by itself', () => phone.storage.has('juke.session'));
  await phone.tap('我的');
  await phone.tap('设置');
  await phone.tap('退出登录');
  await phone.sees('退出登录？');
  await phone.tap('退出登录');
  await phone.until('the tab', () => phone.path() === 'pages/mine/index');
  await phone.tap('卡券');
  await phone.sees('去登录');
  const logins = phone.calls.login!.length;
  phone.open('pages/orders/index');
  await phone.sees('去登录');
  expect([phone.storage.has('juke.session'), phone.calls.login!.length]).toEqual([false, logins]);
  await phone.tap('去登录');
  await phone.tap('微信一键登录');
  await phone.tap('同意并登录');
  await phone.tap('先不绑');
  await phone.until('the orders', () => phone.path() === 'pages/orders/index' && !phone.text().includes('去登录'));
});
