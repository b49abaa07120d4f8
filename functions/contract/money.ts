/**
 * Money arithmetic, the only place that divides an amount. Guards I-06, I-24, A-38.
 * Amounts are integer fen, rates integer basis points (0…10000). Nothing here ever makes a fraction of a fen.
 */
import { MAX_AMOUNT_FEN, REWARD_MIN_FEN } from './limits';

/** Throws a TypeError unless `value` is a whole, safe amount of fen with |value| ≤ MAX_AMOUNT_FEN. */
export function assertFen(value: number): number {
  if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_AMOUNT_FEN) throw new TypeError(`not an amount of fen: ${value}`);
  return value;
}

function assertBps(bps: number): number {
  if (!Number.isInteger(bps) || bps < 0 || bps > 10_000) throw new TypeError(`not a rate in basis points: ${bps}`);
  return bps;
}

/** The part of an amount at a rate, rounded down: the remainder stays with whoever holds the amount. Amount ≥ 0. */
export function partFen(amountFen: number, bps: number): number {
  if (assertFen(amountFen) < 0) throw new TypeError('amount must not be negative');
  return Math.floor((amountFen * assertBps(bps)) / 10_000);
}

/**
 * WeChat Pay's own fee on an amount, rounded half up to the fen (its published rounding for 手续费).
 * Amount ≥ 0; result in fen.
 */
export function feeFen(amountFen: number, bps: number): number {
  if (assertFen(amountFen) < 0) throw new TypeError('amount must not be negative');
  return Math.floor((amountFen * assertBps(bps) + 5_000) / 10_000);
}

/**
 * Splits an amount over weights so that the parts sum to it exactly (largest remainder; a tie goes to the earlier
 * part). Weights are integers ≥ 0 with a positive sum; amount × weight + sum stays within the safe integers, where
 * plain division is exact to the fen (old phones have no BigInt).
 */
export function splitFen(totalFen: number, weights: readonly number[]): number[] {
  if (assertFen(totalFen) < 0) throw new TypeError('amount must not be negative');
  const sum = weights.reduce((a, w) => a + w, 0);
  if (!(sum > 0) || weights.some((w) => !Number.isSafeInteger(w) || w < 0)) throw new TypeError('weights must be ≥ 0 with a positive sum');
  if (weights.some((w) => !Number.isSafeInteger(totalFen * w + sum))) throw new TypeError('too much to split exactly');
  const parts = weights.map((w) => Math.floor((totalFen * w) / sum));
  const rests = weights.map((w, i) => ({ i, rest: (totalFen * w) % sum }));
  rests.sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = totalFen - parts.reduce((a, p) => a + p, 0);
  for (const { i } of rests) {
    if (left === 0) break;
    parts[i] = parts[i]! + 1;
    left -= 1;
  }
  return parts;
}

/** A rate of what a friend paid, rounded down (the remainder stays with the merchant), and at most the cap (I-16). */
export function cappedPartFen(paidFen: number, rebateBps: number, capFen: number): number {
  return Math.min(assertFen(capFen), partFen(paidFen, rebateBps));
}

/** A sharer's reward on what a friend paid: cappedPartFen, and nothing below the least amount. */
export function rewardOfFen(paidFen: number, rebateBps: number, capFen: number): number {
  const fen = cappedPartFen(paidFen, rebateBps, capFen);
  return fen < REWARD_MIN_FEN ? 0 : fen;
}
