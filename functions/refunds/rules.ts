/** What a refund moves. Pure. Guards I-06, I-07, I-15, I-19. All parts are differences of running totals, so they sum exactly. */
import { feeFen, partFen, rewardOfFen } from '../contract/money';

/** WeChat gives its fee back with a refund: the fee on what was kept before less the fee on what is kept after. */
export function decideFeeBack(keptBeforeFen: number, refundFen: number, feeBps: number): number {
  return feeFen(keptBeforeFen, feeBps) - feeFen(keptBeforeFen - refundFen, feeBps);
}

/**
 * Refunding `count` unused vouchers of a set: does it close the order (nothing is left, something is there to split), does it end
 * its reward (nothing is left that stands as used), and do its coupons come back (nothing was ever served)? An accepted after-sale
 * that was not funded yet is funded from the split, so the order closes all the same; one that was funded leaves nothing to split.
 * servedFen: of redemptions that were not undone; fundedFen: what of it after-sales took back already.
 */
export function decideEnd(set: { live: number; redeemed: number }, count: number, servedFen: number, fundedFen: number): { closes: boolean; cancels: boolean; returnsCoupons: boolean } {
  const isLast = set.live === count;
  const cancels = isLast && set.redeemed === 0;
  return { closes: isLast && servedFen > fundedFen, cancels, returnsCoupons: cancels && servedFen === 0 };
}

interface AfterSale {
  /** Served, before this refund: what the split was made on, less earlier after-sales. */
  keptFen: number; refundFen: number; commissionBps: number; feeBps: number;
  reward: { state: string; amountFen: number; clawedFen: number; rateBps: number; capFen: number } | null;
  availableFen: number; merchantAvailableFen: number;
  /** What the platform paid of these vouchers' discounts: the merchant gives it back, beside the refund. */
  subsidyFen: number;
}
interface Funding {
  commissionFen: number; rewardFen: number; feeBackFen: number; fromAvailableFen: number; toDebtFen: number; fromMerchantFen: number; merchantDebtFen: number;
}

/**
 * An accepted after-sale after the split: commission, reward and fee come back in their parts, the rest from the merchant.
 * What a spent reward or a short merchant cannot give becomes debt (A-06, F-35). The parts sum to refundFen + subsidyFen. A reward that
 * falls below the least amount is taken back whole: fromMerchantFen is then negative by less than that, the merchant's gain.
 */
export function decideFunding(a: AfterSale): Funding {
  const after = a.keptFen - a.refundFen;
  const commissionFen = partFen(a.keptFen, a.commissionBps) - partFen(after, a.commissionBps);
  const feeBackFen = decideFeeBack(a.keptFen, a.refundFen, a.feeBps);
  const standing = a.reward && (a.reward.state === 'pending' || a.reward.state === 'available') ? a.reward.amountFen - a.reward.clawedFen : 0;
  const dueFen = a.reward ? rewardOfFen(after, a.reward.rateBps, a.reward.capFen) : 0;
  const rewardFen = Math.max(0, standing - dueFen);
  const fromMerchant = a.refundFen + a.subsidyFen - commissionFen - feeBackFen - rewardFen;
  const fromAvailableFen = a.reward?.state === 'available' ? Math.min(rewardFen, a.availableFen) : 0;
  const fromMerchantFen = Math.min(fromMerchant, a.merchantAvailableFen);
  return {
    commissionFen, rewardFen, feeBackFen, fromAvailableFen, toDebtFen: a.reward?.state === 'available' ? rewardFen - fromAvailableFen : 0,
    fromMerchantFen, merchantDebtFen: fromMerchant - fromMerchantFen,
  };
}
