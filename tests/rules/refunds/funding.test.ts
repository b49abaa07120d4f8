/** I-19, F-35, A-06: what an after-sale takes from whom sums to the refund, in any order of partial after-sales. */
import * as fc from 'fast-check';
import { feeFen, partFen, rewardOfFen, splitFen } from '../../../functions/contract/money';
import { REWARD_MIN_FEN } from '../../../functions/contract/limits';
import { decideEnd, decideFeeBack, decideFunding } from '../../../functions/refunds/rules';

const order = fc.record({
  paidFen: fc.integer({ min: 100, max: 5_000_000 }), quantity: fc.integer({ min: 1, max: 12 }), commissionBps: fc.integer({ min: 0, max: 1_500 }), rateBps: fc.integer({ min: 0, max: 1_500 }),
  capFen: fc.integer({ min: 0, max: 20_000 }), feeBps: fc.integer({ min: 0, max: 100 }), spentFen: fc.integer({ min: 0, max: 20_000 }), merchantLeft: fc.integer({ min: 0, max: 5_000_000 }), subsidyFen: fc.integer({ min: 0, max: 50_000 }),
  state: fc.constantFrom('pending', 'available', 'cancelled'),
});

test('F-35 every after-sale is funded to the fen, and after all of them nobody keeps anything of the order', () => {
  fc.assert(fc.property(order, (o) => {
    const amountFen = rewardOfFen(o.paidFen, o.rateBps, o.capFen);
    const isStanding = o.state !== 'cancelled';
    let clawedFen = 0;
    let keptFen = o.paidFen;
    let [commission, fee] = [partFen(o.paidFen, o.commissionBps), feeFen(o.paidFen, o.feeBps)];
    // Of another state it is other rebates' money, and nothing is taken from it.
    let available = o.state === 'available' ? Math.max(0, amountFen - o.spentFen) : o.spentFen;
    for (const refundFen of splitFen(o.paidFen, Array.from({ length: o.quantity }, () => 1))) {
      if (refundFen === 0) continue;
      const f = decideFunding({
        keptFen, refundFen, commissionBps: o.commissionBps, feeBps: o.feeBps, availableFen: available, merchantAvailableFen: o.merchantLeft, subsidyFen: o.subsidyFen,
        reward: { state: o.state, amountFen, clawedFen, rateBps: o.rateBps, capFen: o.capFen },
      });
      expect(f.commissionFen + f.rewardFen + f.feeBackFen + f.fromMerchantFen + f.merchantDebtFen).toBe(refundFen + o.subsidyFen);
      expect(f.fromAvailableFen + f.toDebtFen).toBe(o.state === 'available' ? f.rewardFen : 0);
      expect(f.fromAvailableFen).toBe(o.state === 'available' ? Math.min(f.rewardFen, available) : 0);
      // What stands of the reward is that of what is kept; one that was cancelled gives nothing back.
      expect(f.rewardFen).toBe(isStanding ? amountFen - clawedFen - rewardOfFen(keptFen - refundFen, o.rateBps, o.capFen) : 0);
      for (const [name, part] of Object.entries(f)) expect(part).toBeGreaterThanOrEqual(name === 'fromMerchantFen' ? 1 - REWARD_MIN_FEN : 0);
      expect(f.fromMerchantFen).toBeLessThanOrEqual(o.merchantLeft);
      [clawedFen, keptFen, commission, fee, available] = [clawedFen + f.rewardFen, keptFen - refundFen, commission - f.commissionFen, fee - f.feeBackFen, available - f.fromAvailableFen];
    }
    expect([keptFen, commission, fee]).toEqual([0, 0, 0]);
    expect(clawedFen).toBe(isStanding ? amountFen : 0);
  }));
});

test('F-35 of an order that nobody brought nothing is taken from a sharer', () => {
  const f = decideFunding({ keptFen: 10_000, refundFen: 5_000, commissionBps: 500, feeBps: 60, reward: null, availableFen: 0, merchantAvailableFen: 0, subsidyFen: 7 });
  expect(f).toEqual({ commissionFen: 250, rewardFen: 0, feeBackFen: 30, fromAvailableFen: 0, toDebtFen: 0, fromMerchantFen: 0, merchantDebtFen: 4_727 });
});

test('the fee comes back whole with the last part', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 100 }), (paid, parts, bps) => {
    let kept = paid;
    let back = 0;
    for (const part of splitFen(paid, Array.from({ length: parts }, (_, i) => i + 1))) {
      back += decideFeeBack(kept, part, bps);
      kept -= part;
    }
    expect(back).toBe(feeFen(paid, bps));
  }));
});

test.each([
  [{ live: 2, redeemed: 1 }, 1, [500, 0], { closes: false, cancels: false, returnsCoupons: false }],
  [{ live: 2, redeemed: 1 }, 2, [500, 0], { closes: true, cancels: false, returnsCoupons: false }],
  [{ live: 2, redeemed: 0 }, 2, [0, 0], { closes: false, cancels: true, returnsCoupons: true }],
  // One was used and its after-sale accepted, not funded yet: the split must still come, because it funds that refund.
  [{ live: 1, redeemed: 0 }, 1, [500, 0], { closes: true, cancels: true, returnsCoupons: false }],
  // Funded already: nothing is left to split, but something was served.
  [{ live: 1, redeemed: 0 }, 1, [500, 500], { closes: false, cancels: true, returnsCoupons: false }],
  [{ live: 1, redeemed: 1 }, 1, [900, 500], { closes: true, cancels: false, returnsCoupons: false }],
])('refunding from %o %i, served and funded %p, ends the order as %o', (set, count, [servedFen, fundedFen], end) => expect(decideEnd(set, count, servedFen!, fundedFen!)).toEqual(end));
