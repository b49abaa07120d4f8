/** I-09, F-33: what WeChat says of a payment against what was asked for, also where the mini-program is not the platform's own app. */
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
