/**
 * Who may claim, and what an offer may be. Pure. Guards I-11, I-24, A-16. Times in ms, amounts in fen.
 * Refused: what could never be used or settled. Warned: what is dear or hardly of use, with the reason; the merchant decides.
 */
import { DAY_MS } from '../contract/limits';
import type { OfferInput } from '../contract/shapes-coupons';
import type { CouponAudience } from '../contract/states';

interface ClaimOffer { state: 'active' | 'paused'; audience: CouponAudience; winBackDays: number | null; total: number; claimed: number; perPerson: number; claimFromMs: number; claimUntilMs: number }
export type ClaimVerdict = 'ok' | 'gone' | 'limit' | 'not_started' | 'ended' | 'not_new' | 'not_lapsed' | 'paused';

/** `mine`: what the person claimed of it already. `lastPaidMs`: when the person last paid there; null: never. Half-open window [from, until). */
export function decideClaim(offer: ClaimOffer, mine: number, lastPaidMs: number | null, nowMs: number): ClaimVerdict {
  if (offer.state === 'paused') return 'paused';
  if (nowMs < offer.claimFromMs) return 'not_started';
  if (nowMs >= offer.claimUntilMs) return 'ended';
  if (mine >= offer.perPerson) return 'limit';
  if (offer.claimed >= offer.total) return 'gone';
  return decideAudience(offer, lastPaidMs, nowMs) ?? 'ok';
}

/** Why this person is not whom the offer is for, or null. A new guest never paid there; one to win back paid, but not lately. */
export function decideAudience(offer: Pick<ClaimOffer, 'audience' | 'winBackDays'>, lastPaidMs: number | null, nowMs: number): 'not_new' | 'not_lapsed' | null {
  if (offer.audience === 'new_guest') return lastPaidMs === null ? null : 'not_new';
  if (offer.audience === 'win_back') return lastPaidMs !== null && lastPaidMs <= nowMs - offer.winBackDays! * DAY_MS ? null : 'not_lapsed';
  return null;
}

/** What keeps an offer from being one, or null. `where` names the field. */
export function offerProblem(o: OfferInput, nowMs: number): { where: string; problem: string } | null {
  const wrong = (field: string, problem: string) => ({ where: `body.${field}`, problem });
  if (o.kind === 'amount' && o.amountFen < 1) return wrong('amountFen', 'needed');
  if (o.kind === 'percent' && (o.offBps < 1 || o.offBps > 9_900)) return wrong('offBps', 'range');
  if (o.kind === 'percent' && o.capFen < 1) return wrong('capFen', 'needed');
  if (o.kind === 'exchange' && o.dealId === null) return wrong('dealId', 'needed');
  if ((o.audience === 'win_back') !== (o.winBackDays !== null)) return wrong('winBackDays', 'audience');
  if (o.claimUntilMs <= o.claimFromMs || o.claimUntilMs <= nowMs) return wrong('claimUntilMs', 'window');
  const isFixed = o.validFromMs !== null && o.validUntilMs !== null;
  if (isFixed === (o.validDays !== null) || (o.validFromMs === null) !== (o.validUntilMs === null)) return wrong('validDays', 'one of both');
  if (isFixed && o.validUntilMs! <= o.validFromMs!) return wrong('validUntilMs', 'window');
  // Else it could be claimed when it has ended already.
  if (isFixed && o.validUntilMs! < o.claimUntilMs) return wrong('validUntilMs', 'before the last claim');
  return o.perPerson > o.total ? wrong('perPerson', 'more than there are') : null;
}

/** Only what its kind uses, so that no figure stands there that means nothing. */
export function cleanOffer<T extends OfferInput>(o: T): T {
  return {
    ...o, amountFen: o.kind === 'amount' ? o.amountFen : 0, offBps: o.kind === 'percent' ? o.offBps : 0, capFen: o.kind === 'percent' ? o.capFen : 0,
    dealId: o.kind === 'exchange' ? o.dealId : null, dealIds: o.kind === 'exchange' ? [o.dealId!] : [...new Set(o.dealIds)], storeIds: [...new Set(o.storeIds)],
  };
}

export type OfferWarning = 'over_threshold' | 'all_off' | 'one_order' | 'short' | 'no_deal' | 'code_and_gift';
/** `cheapestFen`: the least price among the covered deals, null when it covers none. */
export function decideOfferWarnings(o: OfferInput, cheapestFen: number | null, nowMs: number): OfferWarning[] {
  const found: OfferWarning[] = [];
  if (o.kind === 'amount' && o.thresholdFen > 0 && o.amountFen > o.thresholdFen) found.push('over_threshold');
  if (cheapestFen !== null && o.kind === 'amount' && o.thresholdFen <= cheapestFen && o.amountFen >= cheapestFen) found.push('all_off');
  if (cheapestFen !== null && o.kind === 'percent' && o.offBps >= 5_000) found.push('one_order');
  const endsMs = o.validUntilMs ?? Math.max(nowMs, o.claimFromMs) + o.validDays! * DAY_MS;
  if (endsMs - Math.max(nowMs, o.validFromMs ?? o.claimFromMs) < 3 * DAY_MS) found.push('short');
  if (cheapestFen === null) found.push('no_deal');
  if (o.withCode && o.isTransferable) found.push('code_and_gift');
  return found;
}
