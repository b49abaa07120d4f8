/**
 * What the counter shows after a redemption: the meal, and what the merchant really gets of it, to the fen (I-19). Cap, floors and
 * fee are the order's, so each voucher adds what the order comes to with it, less what it came to before.
 */
import { feeFen, partFen } from '../contract/money';
import { must, type Context, type Staff } from '../kernel';
import { decideRewardFen } from './rules';
import { findServed } from './store';

export async function describeRedemption(ctx: Context, staff: Staff, redemptionId: string) {
  const served = await findServed(ctx.db, redemptionId, staff.merchantId);
  must(served, 'a saved redemption is there');
  const { voucherId, deal, guest, broughtBy, reward, paidFen, beforeFen, subsidyFen, commissionBps, locator, left, isNewGuest, redeemedAtMs, undoUntilMs } = served;
  const added = (of: (fen: number) => number) => of(beforeFen + paidFen) - of(beforeFen);
  const rebateFen = reward && reward.state !== 'cancelled' ? added((fen) => decideRewardFen(fen, reward)) : 0;
  const commissionFen = added((fen) => partFen(fen, commissionBps));
  const providerFeeFen = added((fen) => feeFen(fen, ctx.config.providerFeeBps));
  return {
    redemptionId, voucherId, ...deal, redeemedAtMs, undoUntilMs, paidFen, subsidyFen, rebateFen, commissionFen, commissionBps, providerFeeFen,
    merchantNetFen: paidFen + subsidyFen - rebateFen - commissionFen - providerFeeFen, guest, isNewGuest, broughtBy, left, codeShown: `${locator.slice(0, 4)} ${locator.slice(4)}** ****`,
  };
}
