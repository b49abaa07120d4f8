/** What an order must cost: the published rules restated (tests/rules), on what the model knows of deals and coupons. */
import type { Stack, StackCoupon, StackLine } from '../../functions/contract/best-combination';
import { allStacks, betterOf, priceByHand, type ByHand } from '../rules/contract/price-by-hand';
import { partFen, type Carried, type Coupon, type Deal, type Model } from './model';
import type { World } from './world';

export interface Wanted { deal: Deal; quantity: number; unitPriceFen: number; hostBenefitFen: number; isBrought: boolean }
/** As a quote tells a coupon; its face is the offer's, not what the quote says. */
export type Quoted = Pick<StackCoupon, 'couponId' | 'validFromMs' | 'validUntilMs' | 'blocked'>;

const linesOf = (world: World, wanted: readonly Wanted[]): StackLine[] => wanted.map(({ deal, quantity, unitPriceFen, hostBenefitFen, isBrought }) => ({
  lineId: deal.dealId, dealId: deal.dealId, merchantId: world.shops[deal.shop]!.merchantId, storeIds: deal.storeIds, quantity, unitPriceFen, hostBenefitFen,
  friendDiscountFen: isBrought ? deal.friendDiscountFen : 0,
}));

function facesOf(model: Model, quoted: readonly Quoted[]): StackCoupon[] {
  return quoted.flatMap((one) => {
    const coupon = model.coupons.get(one.couponId);
    return coupon ? [{ ...coupon.offer.face, ...one }] : [];
  });
}

export const byHand = (world: World, wanted: readonly Wanted[], quoted: readonly Quoted[], stack: Stack, nowMs: number): ByHand | null =>
  priceByHand(linesOf(world, wanted), facesOf(world.model, quoted), stack, nowMs);

/** Every stack there is, as long as that is few. */
export function bestByHand(world: World, wanted: readonly Wanted[], quoted: readonly Quoted[], nowMs: number): ByHand | null {
  if (quoted.length > 6) return null;
  const coupons = facesOf(world.model, quoted);
  const lines = linesOf(world, wanted);
  return allStacks(coupons).map((stack) => priceByHand(lines, coupons, stack, nowMs)).filter((one) => one !== null).reduce<ByHand | null>((best, one) => (best ? betterOf(best, one) : one), null);
}

/** What of its coupons the order of one line carries. The platform's part of each is rounded down. */
export function carriedBy(model: Model, priced: ByHand, line: number): Carried[] {
  return priced.parts[line]!.filter((part) => part.couponId !== null && part.amountFen < 0).map(({ couponId, amountFen }) => {
    const coupon: Coupon | undefined = model.coupons.get(couponId!);
    return { couponId: couponId!, discountFen: -amountFen, platformFen: partFen(-amountFen, coupon?.offer.face.platformBps ?? 0) };
  });
}
