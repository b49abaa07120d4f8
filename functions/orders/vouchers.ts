/** The vouchers of a paid order, before the save that issues them. Guards I-13. */
import { splitFen } from '../contract/money';
import { newDigits, newId, newSecret } from '../kernel';

/** One for each unit; their shares of what is paid in the end, and of what the platform pays, sum exactly. `backFen`: what a ladder gives back. */
export function drawVouchers(order: { quantity: number; payableFen: number; subsidyFen: number }, backFen = 0) {
  const units = Array.from({ length: order.quantity }, () => 1);
  const subsidies = splitFen(order.subsidyFen, units);
  return splitFen(order.payableFen - backFen, units)
    .map((paidFen, i) => ({ voucherId: newId('vch'), secret: newSecret(), locator: newDigits(6), paidFen, subsidyFen: subsidies[i]! }));
}
