/** What the counter shows after a redemption: the meal, and what the merchant really gets of it, to the fen (I-19). */
import { feeFen, partFen } from '../contract/money';
import { must, type Context, type Staff } from '../kernel';
import { decideRewardFen } from './rules';
import { findServed } from './store';

export async function describeRedemption(ctx: Context, staff: Staff, redemptionId: string) {
  const served = await findServed(ctx.db, redemptionId, staff.merchantId);
  must(served, 'a saved redemption is there');
  const { voucherId, deal, guest, broughtBy, reward, paidFen, subsidyFen, commissionBps, locator, left, isNewGuest, redeemedAtMs, undoUntilMs } = served;
  const rebateFen = reward && reward.state !== 'cancelled' ? decideRewardFen(paidFen, reward) : 0;
  const commissionFen = partFen(paidFen, commissionBps);
  const providerFeeFen = feeFen(paidFen, ctx.config.providerFeeBps);
  return {
    redemptionId, voucherId, ...deal, redeemedAtMs, undoUntilMs, paidFen, subsidyFen, rebateFen, commissionFen, commissionBps, providerFeeFen,
    merchantNetFen: paidFen + subsidyFen - rebateFen - commissionFen - providerFeeFen, guest, isNewGuest, broughtBy, left, codeShown: `${locator.slice(0, 4)} ${locator.slice(4)}** ****`,
  };
}
