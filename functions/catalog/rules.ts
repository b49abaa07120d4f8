/**
 * The deal check at creation (A2) and the limits that the money's way sets. Pure. Guards I-06, I-24, A-16, A-29.
 * Refused: what could never be settled. Warned: what sells badly, with the reason; the merchant decides.
 */
import { DAY_MS, MAX_ORDER_FEN, REWARD_MIN_FEN, SPLIT_MAX_BPS } from '../contract/limits';
import { rewardOfFen } from '../contract/money';

export interface Terms {
  priceFen: number; friendDiscountFen: number; rebateBps: number; rebateCapFen: number; commissionBps: number; perPersonLimit: number; validDays: number;
  saleStartsAtMs: number | null; saleEndsAtMs: number | null;
}
export interface Proposal extends Terms { title: string; subtitle: string; items: readonly { name: string; quantity: number }[]; notes: readonly string[]; pictureUrls: readonly string[]; storeIds: readonly string[] }

/** Frozen money is unfrozen by WeChat after `freezeDays`; the automatic refund of what was not used must come before that. */
export const FREEZE_MARGIN_DAYS = 3;
/** A2: what a friend saves and a sharer earns together, as a share of the price, below which few will pass a deal on. */
export const ROOM_MIN_BPS = 2_000;

/** The first field that makes a deal impossible, with why; null when there is none. */
export function dealProblem(p: Proposal, freezeDays: number): { where: string; problem: string } | null {
  const bad = (where: string, problem: string) => ({ where: `body.${where}`, problem });
  if (p.priceFen > MAX_ORDER_FEN) return bad('priceFen', `at most ${MAX_ORDER_FEN}`);
  if (p.friendDiscountFen >= p.priceFen) return bad('friendDiscountFen', 'must be less than the price');
  if (p.commissionBps + p.rebateBps > SPLIT_MAX_BPS) return bad('rebateBps', `commission and rebate together at most ${SPLIT_MAX_BPS}`);
  if (p.validDays > freezeDays - FREEZE_MARGIN_DAYS) return bad('validDays', `at most ${freezeDays - FREEZE_MARGIN_DAYS}`);
  if (p.saleStartsAtMs !== null && p.saleEndsAtMs !== null && p.saleStartsAtMs >= p.saleEndsAtMs) return bad('saleEndsAtMs', 'must be after the start');
  if (new Set(p.storeIds).size !== p.storeIds.length) return bad('storeIds', 'each store once');
  const foreign = p.pictureUrls.findIndex((url) => !isOwnPicture(url));
  return foreign < 0 ? null : bad(`pictureUrls.${foreign}`, 'not a picture of this platform');
}

/** A picture served by us: never an address of somebody else's. */
export function isOwnPicture(url: string): boolean {
  return /^\/art\/[a-z0-9-]{1,60}\.(svg|png|jpg)$/.test(url) || /^\/media\/med_[0-9a-z]{8,28}$/.test(url);
}

export const dealWarnings = ['room', 'repeatable', 'standard', 'quality', 'rebate', 'window'] as const;
export type DealWarning = (typeof dealWarnings)[number];

/** Why this deal may not work, most important first. A2. */
export function decideWarnings(p: Proposal): DealWarning[] {
  const friendPriceFen = p.priceFen - p.friendDiscountFen;
  const rebateFen = rewardOfFen(friendPriceFen, p.rebateBps, p.rebateCapFen);
  const warnings: DealWarning[] = [];
  if ((p.friendDiscountFen + rebateFen) * 10_000 < p.priceFen * ROOM_MIN_BPS) warnings.push('room');
  if (p.perPersonLimit < 2) warnings.push('repeatable');
  if (p.items.every((item) => item.name.trim() === p.title.trim())) warnings.push('standard');
  if (p.notes.length === 0 && p.subtitle.trim() === '') warnings.push('quality');
  if (p.rebateBps > 0 && rebateFen < REWARD_MIN_FEN) warnings.push('rebate');
  if (p.saleStartsAtMs !== null && p.saleEndsAtMs !== null && p.saleEndsAtMs - p.saleStartsAtMs < DAY_MS) warnings.push('window');
  return warnings;
}
