/** The trade bill's text and its amounts (I-26): digits only, nothing guessed. */
import fc from 'fast-check';
import { parseBill, yuanToFen } from '../../../functions/payments/wechat-bill';

const HEAD = '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const TAIL = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const cells = (...values: string[]) => '`' + values.join(',`');
const PAID = cells('2026-11-03 12:30:05', 'wx1', '1230000109', '1900000109', '', '4200000001', 'pay_1', 'o1', 'JSAPI', 'SUCCESS', 'OTHERS', 'CNY', '123.45', '0.00', '0', '0', '0.00', '0.00', '', '', '双人餐,含甜点', '', '0.74000', '0.60%', '123.45', '0.00', '');
const REFUNDED = cells('2026-11-03 13:00:00', 'wx1', '1230000109', '1900000109', '', '4200000001', 'pay_1', 'o1', 'JSAPI', 'REFUND', 'OTHERS', 'CNY', '0.00', '0.00', '5000001', 'rfd_1', '23.45', '0.00', 'ORIGINAL', 'SUCCESS', '双人餐', '', '-0.14000', '0.60%', '0.00', '23.45', '');
const sum = (lines: number) => cells(String(lines), '123.45', '23.45', '0.00', '0.60000', '123.45', '23.45');
const bill = (...lines: string[]) => `\uFEFF${[HEAD, ...lines, TAIL, sum(lines.length)].join('\r\n')}\r\n`;

test('I-26 payments and refunds are read; a comma in a title does not shift anything', () => {
  expect(parseBill(bill(PAID, REFUNDED))).toEqual([
    { kind: 'payment', transactionId: '4200000001', paymentId: 'pay_1', amountFen: 12_345, refundId: null },
    { kind: 'refund', transactionId: '4200000001', paymentId: 'pay_1', amountFen: 2_345, refundId: 'rfd_1' },
  ]);
  expect(parseBill(bill())).toEqual([]);
});

test('I-26 a bill cut off, of fewer lines than it says, or of another kind is refused', () => {
  expect(() => parseBill('')).toThrow(TypeError);
  expect(() => parseBill(`${HEAD}\r\n${PAID}\r\n`)).toThrow(TypeError);
  expect(() => parseBill([HEAD, PAID, TAIL, sum(2)].join('\n'))).toThrow(/2 lines that has 1/);
  expect(() => parseBill([HEAD, PAID, PAID.slice(0, 80), TAIL, sum(2)].join('\n'))).toThrow(TypeError);
  expect(() => parseBill(bill(PAID).replace('`123.45,`0.00,`\r', '`12x.45,`0.00,`\r'))).toThrow(/not an amount/);
});

test('yuan text becomes fen exactly, for every amount', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (fen) => {
    expect(yuanToFen(`${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`)).toBe(fen);
  }));
  expect(['1', '1.5', '0.00', '0'].map(yuanToFen)).toEqual([100, 150, 0, 0]);
});

test.each(['', '-1', '1.234', '1,000.00', '1e3', '+1', ' 1', '.5', '1.', 'NaN', '0.005'])('%j is no amount', (text) => {
  expect(() => yuanToFen(text)).toThrow(TypeError);
});
