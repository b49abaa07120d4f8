/** I-06, I-24, A-38: splits sum exactly, nothing makes a fraction of a fen. */
import * as fc from 'fast-check';
import { MAX_AMOUNT_FEN, REWARD_MIN_FEN } from '../../../functions/contract/limits';
import { feeFen, partFen, rewardOfFen, splitFen } from '../../../functions/contract/money';

const fen = fc.integer({ min: 0, max: 100_000_000 });
const bps = fc.integer({ min: 0, max: 10_000 });

test('I-06 a split sums to the amount exactly, and no part is more than a fen away from its fair share', () => {
  fc.assert(fc.property(fen, fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 99 }), (total, weights) => {
    fc.pre(weights.some((w) => w > 0));
    const parts = splitFen(total, weights);
    const sum = weights.reduce((a, w) => a + w, 0);
    expect(parts.reduce((a, p) => a + p, 0)).toBe(total);
    parts.forEach((part, i) => {
      expect(Number.isInteger(part)).toBe(true);
      expect(Math.abs(part - (total * weights[i]!) / sum)).toBeLessThan(1);
    });
  }));
});

test('I-24 plain division splits the largest amounts exactly, and what is too much for it is refused', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 9 }), (total, weights) => {
    fc.pre(Number.isSafeInteger(total * Math.max(...weights) + 9 * 90_000));
    const sum = BigInt(weights.reduce((a, w) => a + w, 0));
    splitFen(total, weights).forEach((part, i) => {
      const whole = (BigInt(total) * BigInt(weights[i]!)) / sum;
      expect([whole, whole + 1n]).toContain(BigInt(part));
    });
  }));
  expect(() => splitFen(100_000_000_000, [100_000, 1])).toThrow(TypeError);
});

test('I-24 parts are whole, never more than the amount, and grow with it', () => {
  fc.assert(fc.property(fen, fen, bps, (a, b, rate) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    for (const part of [partFen, feeFen]) {
      expect(Number.isInteger(part(low, rate))).toBe(true);
      expect(part(low, rate)).toBeLessThanOrEqual(low);
      expect(part(low, rate)).toBeLessThanOrEqual(part(high, rate));
    }
  }));
});

test('A-38 many one-fen orders earn no more than one order of their sum', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), bps, (count, rate) => {
    const apart = count * partFen(1, rate);
    expect(apart).toBeLessThanOrEqual(partFen(count, rate));
  }));
});

test('I-16 a reward stays within rate and cap', () => {
  fc.assert(fc.property(fen, bps, fen, (paid, rate, cap) => {
    const reward = rewardOfFen(paid, rate, cap);
    expect(reward).toBeLessThanOrEqual(cap);
    expect(reward * 10_000).toBeLessThanOrEqual(paid * rate);
    // Nothing less than that: the next fen would be over one of them, or the whole under what is paid at all.
    const next = Math.max(reward + 1, REWARD_MIN_FEN);
    expect(next > cap || next * 10_000 > paid * rate).toBe(true);
  }));
});

test.each([NaN, 0.5, Infinity, 1e13, -1])('I-24 %p is refused as an amount', (value) => {
  expect(() => partFen(value, 100)).toThrow(TypeError);
  expect(() => splitFen(value, [1])).toThrow(TypeError);
});
test.each([[], [0, 0], [-1, 2], [0.5]])('weights %p are refused', (...weights) => {
  expect(() => splitFen(100, weights as number[])).toThrow(TypeError);
});
test('WeChat rounds its fee half up', () => {
  expect([feeFen(83, 60), feeFen(84, 60), feeFen(10_300, 60)]).toEqual([0, 1, 62]);
});
test('I-24 the largest amount is an amount, one fen more is none', () => {
  expect(partFen(MAX_AMOUNT_FEN, 10_000)).toBe(MAX_AMOUNT_FEN);
  expect(() => partFen(MAX_AMOUNT_FEN + 1, 1)).toThrow(TypeError);
});
test.each([-1, 0.5, 10_001, NaN])('I-24 %p is refused as a rate', (bps) => {
  expect(() => partFen(1, bps)).toThrow(TypeError);
  expect(() => feeFen(1, bps)).toThrow(TypeError);
});
test("WeChat's fee is rounded half up to the fen, of any amount", () => {
  expect([4_999, 5_000, 14_999, 15_000, 100_000_000].map((amount) => feeFen(amount, 1))).toEqual([0, 1, 1, 2, 10_000]);
  expect([feeFen(12_800, 60), feeFen(1, 60), feeFen(0, 60)]).toEqual([77, 0, 0]);
  expect(() => feeFen(-1, 60)).toThrow(TypeError);
});
