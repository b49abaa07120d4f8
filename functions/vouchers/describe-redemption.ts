/** What the counter shows after a redemption: the meal, and what the merchant really gets of it, to the fen (I-19). */
import { feeFen, partFen } from '../contract/money';
import { getDealForOrder } from '../catalog';
import { findPeople } from '../identity';
import { must, type Context, type Staff } from '../kernel';
import { findAttribution, findRewardOfOrder } from '../referrals';
import { decideRewardFen } from './rules';
import { findRedemption, findSet, findVoucher, isNewGuest } from './store';

export async function describeRedemption(ctx: Context, staff: Staff, redemptionId: string) {
  const redemption = await findRedemption(ctx.db, redemptionId, staff.merchantId);
  must(redemption, 'a saved redemption is there');
  const voucher = await findVoucher(ctx.db, redemption.voucherId);
  must(voucher, 'a redemption has its voucher');
  const [deal, set, attribution, reward, isNew] = await Promise.all([
    getDealForOrder(ctx.db, voucher.dealId), findSet(ctx.db, voucher.orderId), findAttribution(ctx.db, voucher.orderId),
    findRewardOfOrder(ctx.db, voucher.orderId), isNewGuest(ctx.db, staff.merchantId, voucher.ownerId, redemptionId),
  ]);
  const people = await findPeople(ctx.db, attribution ? [voucher.ownerId, attribution.sharerId] : [voucher.ownerId]);
  const named = (id: string) => {
    const person = people.find((p) => p.personId === id);
    return { name: person?.name ?? '', avatarUrl: person?.avatarUrl ?? '' };
  };
  const { paidFen } = redemption;
  const { commissionBps } = set!;
  const rebateFen = reward && reward.state !== 'cancelled' ? decideRewardFen(paidFen, reward) : 0;
  const commissionFen = partFen(paidFen, commissionBps);
  const providerFeeFen = feeFen(paidFen, ctx.config.providerFeeBps);
  return {
    redemptionId, voucherId: voucher.voucherId, title: deal!.title, pictureUrl: deal!.pictureUrl, items: deal!.items, redeemedAtMs: redemption.redeemedAtMs, undoUntilMs: redemption.undoUntilMs,
    paidFen, subsidyFen: voucher.subsidyFen, rebateFen, commissionFen, commissionBps: commissionBps, providerFeeFen, merchantNetFen: paidFen + voucher.subsidyFen - rebateFen - commissionFen - providerFeeFen, guest: named(voucher.ownerId),
    isNewGuest: isNew, broughtBy: attribution ? { person: named(attribution.sharerId), channel: attribution.channel } : null, left: set!.live, codeShown: `${voucher.locator.slice(0, 4)} ${voucher.locator.slice(4)}·· ····`,
  };
}
