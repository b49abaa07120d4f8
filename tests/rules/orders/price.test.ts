/** I-06: payable = Σ lines ≥ 1 fen for any deal that the catalog allows. */
import * as fc from 'fast-check';
import { MAX_ORDER_FEN } from '../../../functions/contract/limits';
import { decidePrice, maxQuantity, validUntil, yuan } from '../../../functions/orders/rules';

test('I-06 the lines sum to the payable amount, which is positive and what the columns demand', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(), fc.integer({ min: 1, max: 99 }), fc.boolean(), (priceFen, discount, wanted, isBrought) => {
    const friendDiscountFen = discount % priceFen;
    const quantity = Math.min(wanted, maxQuantity(priceFen, 99));
    const p = decidePrice({ priceFen, friendDiscountFen }, quantity, isBrought);
    expect(p.lines.reduce((a, l) => a + l.amountFen, 0)).toBe(p.payableFen);
    expect(p.payableFen).toBe(p.unitPriceFen * quantity - p.discountFen);
    expect(p.payableFen).toBeGreaterThan(0);
    expect(p.payableFen).toBeLessThanOrEqual(MAX_ORDER_FEN);
    if (!isBrought) expect(p.discountFen).toBe(0);
  }));
});
test.each([[1, '¥0.01'], [10_300, '¥103.00'], [1_234_560, '¥12345.60']])('%i fen read %s', (fen, text) => expect(yuan(fen)).toBe(text));
test('F-26 validity ends at midnight in Shanghai after the last valid day', () => {
  const lateEvening = Date.UTC(2026, 10, 20, 15, 59, 59); // 23:59:59 in Shanghai
  const afterMidnight = lateEvening + 1_000;
  expect(validUntil(lateEvening, 1)).toBe(Date.UTC(2026, 10, 21, 16));
  expect(validUntil(afterMidnight, 1)).toBe(Date.UTC(2026, 10, 22, 16));
});
