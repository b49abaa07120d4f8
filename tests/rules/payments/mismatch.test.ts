/** I-09, F-33: what WeChat says of a payment against what was asked for, also where the mini-program is not the platform's own app. */
import { combined } from '../../../functions/payments/wechat-combine';
import { decideMismatch, type Told } from '../../../functions/payments/rules';

const intent = { amountFen: 10_300, currency: 'CNY', subMchid: '1600000001' };
const own = { spMchid: '1900000001', spAppid: 'wxplatform', appid: 'wxplatform' };
const told = (more: Partial<Told> = {}): Told => ({
  amountFen: 10_300, currency: 'CNY', subMchid: '1600000001', spMchid: '1900000001', appid: 'wxplatform', subAppid: null, state: 'SUCCESS', transactionId: '4200000001', successAtMs: 1, ...more,
});

test('I-09 what was asked for fits, with an app of its own or the platform\'s', () => {
  expect(decideMismatch(intent, told(), own)).toBeNull();
  expect(decideMismatch(intent, told({ subAppid: 'wxmini' }), { ...own, appid: 'wxmini' })).toBeNull();
});
test.each<[string, Partial<Told>]>([
  ['amount 10299 instead of 10300', { amountFen: 10_299 }], ['currency USD instead of CNY', { currency: 'USD' }], ['another merchant', { subMchid: '1600000002' }], ['another platform', { spMchid: '1900000002' }],
  ['another app', { appid: 'wxother' }], ['another app', { subAppid: 'wxother' }], ['no transaction', { transactionId: '' }], ['no transaction', { successAtMs: null }],
])('F-33 %s', (reason, more) => expect(decideMismatch(intent, told(more), own)).toBe(reason));

test.each([
  ['the platform\'s own app', 'wxplatform', { openid: 'oPayer' }, undefined], ['an app of its own', 'wxmini', { sub_openid: 'oPayer' }, 'wxmini'],
])('I-09 a combined payment in %s names the payer as that app knows them', async (_, appid, payer, subAppid) => {
  const sent: Record<string, any>[] = [];
  const client = { config: { spMchid: '1900000001', spAppid: 'wxplatform', appid }, post: (_path: string, body: object) => (sent.push(body), Promise.resolve({ prepay_id: 'p' })) };
  const order = { paymentId: 'pay_1', orderId: 'ord_1', subMchid: '1600000001', amountFen: 100, subsidyFen: 0, description: '茶' };
  await combined(client as never).prepareCombinedJsapi({ combineNo: 'cmb_1', orders: [order], expiresAtMs: 0, notifyUrl: 'https://x', openid: 'oPayer' });
  expect(sent[0]).toMatchObject({ combine_appid: 'wxplatform', combine_payer_info: payer });
  expect([sent[0]!.combine_payer_info, sent[0]!.sub_orders[0].sub_appid]).toEqual([payer, subAppid]);
});
