/** What an order may hold and how its figures are said (the price itself: tests/rules/contract/best-combination). */
import * as fc from 'fast-check';
import { MAX_ORDER_FEN, REFUND_MAX_PARTS } from '../../../functions/contract/limits';
import { maxQuantity, validUntil, yuan } from '../../../functions/orders/rules';

test('I-06 one payment never holds more than WeChat takes, and always at least one unit', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: MAX_ORDER_FEN }), fc.integer({ min: 1, max: 99 }), (priceFen, limit) => {
    const most = maxQuantity(priceFen, limit);
    expect(most).toBeGreaterThanOrEqual(1);
    expect(most).toBeLessThanOrEqual(Math.min(limit, REFUND_MAX_PARTS));
    expect(priceFen * most).toBeLessThanOrEqual(MAX_ORDER_FEN);
    // And one more would be too many of something.
    expect(most === limit || most === REFUND_MAX_PARTS || priceFen * (most + 1) > MAX_ORDER_FEN).toBe(true);
  }));
});
test.each([[1, '¥0.01'], [10_300, '¥103.00'], [1_234_560, '¥12345.60']])('%i fen read %s', (fen, text) => expect(yuan(fen)).toBe(text));
test('F-26 validity ends at midnight in Shanghai after the last valid day', () => {
  const lateEvening = Date.UTC(2026, 10, 20, 15, 59, 59); // 23:59:59 in Shanghai
  const afterMidnight = lateEvening + 1_000;
  expect(validUntil(lateEvening, 1)).toBe(Date.UTC(2026, 10, 21, 16));
  expect(validUntil(afterMidnight, 1)).toBe(Date.UTC(2026, 10, 22, 16));
});
