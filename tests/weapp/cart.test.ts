/** A cart on a phone: two merchants' deals, one payment of WeChat's for both, and each order by itself afterwards. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import type { Phone } from './support/phone';
import { phonesOf } from './support/phones';

let t: TestApp;
let street: [Market, Market];
const phoneOf = phonesOf(() => t);
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  const hotpot = await t.market({ merchant: { name: '渡口老灶' } });
  const dimsum = await t.market({ operator: hotpot.operator, staff: ['店员二', '店长二'], merchant: { name: '荷风粤点' }, deal: { title: '早茶四笼', priceFen: 7_600, fulfilment: 'pickup' } });
  street = [hotpot, dimsum];
  await t.person('周屿', { phone: null });
});
afterEach(() => t.stop());

async function filled(): Promise<Phone> {
  const phone = phoneOf('周屿');
  phone.open(`pages/deal/index?id=${street[0].dealId}`);
  await phone.tap('加入购物车');
  await phone.tap('微信一键登录');
  await phone.tap('同意并登录');
  await phone.tap('先不绑');
  await phone.sees('放进购物车了');
  phone.open(`pages/deal/index?id=${street[1].dealId}`);
  await phone.tap('加入购物车');
  await phone.sees('放进购物车了');
  await phone.tap('购物车2');
  await phone.until('the cart', () => phone.path() === 'cart/pages/cart/index');
  return phone;
}

test('two merchants are paid with one payment of WeChat’s (I-22)', async () => {
  const phone = await filled();
  await phone.tap('去结算（2）');
  await phone.until('checkout', () => phone.path() === 'cart/pages/checkout/index');
  await phone.sees('2家店，一次付清');
  await phone.tap('提交并支付');
  await phone.sees('付好了');
  expect(phone.path()).toBe('cart/pages/purchase/index');
  const prepays = await t.db.query<{ prepay: string }>('SELECT DISTINCT prepay FROM payment');
  expect(prepays).toHaveLength(1);
  expect(phone.calls.requestPayment).toEqual([expect.objectContaining({ package: `prepay_id=${prepays[0]!.prepay}`, signType: 'RSA' })]);
  expect(await t.db.query(`SELECT state, count(*)::int AS n FROM guest_order GROUP BY 1`)).toEqual([{ state: 'paid', n: 2 }]);
  await phone.tap('出示取货码早茶四笼');
  await phone.sees('到这里取');
  await phone.until('the code', () => phone.qrCodes().length === 1);
});

test('a closed cashier leaves both to pay, together and from either order (F-09)', async () => {
  const phone = await filled();
  phone.habits.pays = 'cancel';
  await phone.tap('去结算（2）');
  await phone.tap('提交并支付');
  await phone.sees('付款没有完成');
  await phone.tap('早茶四笼');
  await phone.until('the order', () => phone.path() === 'pages/order/index');
  await phone.sees('合并付款的一单');
  phone.habits.pays = 'pay';
  await phone.tap('去一起付款');
  await phone.tap('一起付款');
  await phone.sees('付好了');
  expect(phone.calls.requestPayment).toHaveLength(2);
});
