// What a deal costs right now and by which price. Pure: the page and its tests ask it; the server prices the order.
import type { Deal } from './model';

type Priced = Pick<Deal, 'priceFen' | 'friendDiscountFen' | 'group' | 'flash' | 'offPeak' | 'isOnSale' | 'available' | 'nowMs'>;

interface Offer {
  /** of one bought alone, now */
  aloneFen: number;
  aloneKind: 'single' | 'flash' | 'off_peak';
  /** of a seat in a group; null when no groups are offered */
  groupFen: number | null;
  /** of the seat of who opens one: the shop's benefit taken off, as at the checkout */
  openFen: number | null;
  /** people that make it succeed */
  groupSize: number;
}

export function offerOf(deal: Priced, isFriend: boolean): Offer {
  const saves = isFriend ? deal.friendDiscountFen : 0;
  const offPeakNow = !deal.flash && deal.offPeak?.isNow ? deal.offPeak : null;
  const unit = offPeakNow ? offPeakNow.priceFen : deal.priceFen;
  const { group } = deal;
  return {
    aloneFen: Math.max(1, unit - saves),
    aloneKind: deal.flash ? 'flash' : offPeakNow ? 'off_peak' : 'single',
    groupFen: group ? Math.max(1, group.priceFen - saves) : null,
    openFen: group ? Math.max(1, group.priceFen - group.hostBenefitFen - saves) : null,
    groupSize: group ? (group.tiers[0]?.size ?? group.size) : 0,
  };
}

/** A flash sale by the server's clock. */
type FlashPhase = 'soon' | 'now' | 'over';
export function flashPhase(flash: NonNullable<Deal['flash']>, nowMs: number): FlashPhase {
  if (nowMs < flash.startsAtMs) return 'soon';
  return nowMs < flash.endsAtMs ? 'now' : 'over';
}

/** Why nobody can buy: ended, sold out, or not yet; '' when one can. */
export function closedBy(deal: Priced, nowMs: number): 'ended' | 'soldOut' | 'soon' | '' {
  const phase = deal.flash && flashPhase(deal.flash, nowMs);
  if (phase === 'soon') return 'soon';
  // An answer from before the start cannot say that it is over; the server decides at the order.
  const isFromBefore = phase === 'now' && deal.flash !== null && deal.nowMs < deal.flash.startsAtMs;
  if (!deal.isOnSale && !isFromBefore) return 'ended';
  return deal.available <= 0 ? 'soldOut' : '';
}
