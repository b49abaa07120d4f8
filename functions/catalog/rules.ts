/**
 * The deal check at creation (A2) and the limits that the money's way sets. Pure. Guards I-06, I-24, A-16, A-29.
 * Refused: what could never be settled. Warned: what sells badly, with the reason; the merchant decides.
 */
import { DAY_MS, MAX_ORDER_FEN, SPLIT_MAX_BPS } from '../contract/limits';
import { rewardOfFen } from '../contract/money';
import type { GroupKind } from '../contract/states';

export interface Terms {
  priceFen: number; friendDiscountFen: number; rebateBps: number; rebateCapFen: number; commissionBps: number; perPersonLimit: number; validDays: number;
  saleStartsAtMs: number | null; saleEndsAtMs: number | null;
  group: GroupRule | null; isFlash: boolean; regularDealId: string | null; offPeak: OffPeak | null;
}
/** A ladder's tiers ascend in size and fall in price; `priceFen` is its first tier's, which everyone pays until it completes. */
interface GroupRule { kind: GroupKind; size: number; hours: number; priceFen: number; hostBenefitFen: number; tiers: { size: number; priceFen: number }[] }
/** Days 1 (Monday) … 7 and minutes of the day in Asia/Shanghai, half-open. */
interface OffPeak { days: number[]; fromMinute: number; toMinute: number; priceFen: number }
export interface Proposal extends Terms { title: string; subtitle: string; items: readonly { name: string; quantity: number }[]; notes: readonly string[]; pictureUrls: readonly string[]; storeIds: readonly string[] }

/** Frozen money is unfrozen by WeChat after `freezeDays`; the automatic refund of what was not used must come before that. */
const FREEZE_MARGIN_DAYS = 3;
/** A2: what a friend saves and a sharer earns together, as a share of the price, below which few will pass a deal on. */
const ROOM_MIN_BPS = 2_000;

/** The first field that makes a deal impossible, with why; null when there is none. */
export function dealProblem(p: Proposal, freezeDays: number): { where: string; problem: string } | null {
  const bad = (where: string, problem: string) => ({ where: `body.${where}`, problem });
  if (p.priceFen > MAX_ORDER_FEN) return bad('priceFen', `at most ${MAX_ORDER_FEN}`);
  if (p.friendDiscountFen >= p.priceFen) return bad('friendDiscountFen', 'must be less than the price');
  if (p.commissionBps + p.rebateBps > SPLIT_MAX_BPS) return bad('rebateBps', `commission and rebate together at most ${SPLIT_MAX_BPS}`);
  if (p.validDays > freezeDays - FREEZE_MARGIN_DAYS) return bad('validDays', `at most ${freezeDays - FREEZE_MARGIN_DAYS}`);
  if (p.saleStartsAtMs !== null && p.saleEndsAtMs !== null && p.saleStartsAtMs >= p.saleEndsAtMs) return bad('saleEndsAtMs', 'must be after the start');
  if (p.isFlash && (p.saleStartsAtMs === null || p.saleEndsAtMs === null)) return bad('isFlash', 'a flash sale needs a start and an end');
  if (p.offPeak && (p.offPeak.priceFen >= p.priceFen || p.offPeak.fromMinute >= p.offPeak.toMinute)) return bad('offPeak', 'cheaper than the price, and from before to');
  const group = p.group && groupProblem(p.group, p.priceFen);
  if (group) return bad(`group.${group.where}`, group.problem);
  if (new Set(p.storeIds).size !== p.storeIds.length) return bad('storeIds', 'each store once');
  const foreign = p.pictureUrls.findIndex((url) => !isOwnPicture(url));
  return foreign < 0 ? null : bad(`pictureUrls.${foreign}`, 'not a picture of this platform');
}

const SHANGHAI_MS = 8 * 3_600_000;
/** Whether a moment lies in the off-peak window. */
export function isOffPeak(offPeak: OffPeak, nowMs: number): boolean {
  const there = new Date(nowMs + SHANGHAI_MS);
  const minute = there.getUTCHours() * 60 + there.getUTCMinutes();
  return offPeak.days.includes(there.getUTCDay() || 7) && minute >= offPeak.fromMinute && minute < offPeak.toMinute;
}

/** The next moment at which what a deal costs, or whether it is sold, may change by the clock alone; Infinity when there is none. */
export function nextTurn({ saleStartsAtMs, saleEndsAtMs, offPeak }: Pick<Terms, 'saleStartsAtMs' | 'saleEndsAtMs' | 'offPeak'>, nowMs: number): number {
  const today = Math.floor((nowMs + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS;
  const hours = offPeak ? [0, DAY_MS].flatMap((day) => [offPeak.fromMinute, offPeak.toMinute].map((minute) => today + day + minute * 60_000)) : [];
  return Math.min(...[saleStartsAtMs, saleEndsAtMs, ...hours].filter((at): at is number => at !== null && at > nowMs), Infinity);
}

/** A group is cheaper than buying alone; a ladder ascends in size and falls in price, from its first tier to its full size. */
function groupProblem(g: GroupRule, priceFen: number): { where: string; problem: string } | null {
  const bad = (where: string, problem: string) => ({ where, problem });
  if (g.priceFen >= priceFen) return bad('priceFen', 'must be less than the price alone');
  if (g.hostBenefitFen >= g.priceFen) return bad('hostBenefitFen', 'must be less than the group price');
  if (g.kind !== 'ladder') return g.tiers.length > 0 ? bad('tiers', 'only a ladder has tiers') : null;
  const [first, ...more] = g.tiers;
  if (!first || more.length === 0) return bad('tiers', 'a ladder has two tiers or more');
  if (first.priceFen !== g.priceFen) return bad('tiers.0', 'the first tier is the group price');
  const slip = more.findIndex((tier, i) => tier.size <= g.tiers[i]!.size || tier.priceFen >= g.tiers[i]!.priceFen);
  if (slip >= 0) return bad(`tiers.${slip + 1}`, 'more people than the tier before, at a lower price');
  if (g.tiers.at(-1)!.size !== g.size) return bad('size', 'the last tier is the full group');
  return g.hostBenefitFen >= g.tiers.at(-1)!.priceFen ? bad('hostBenefitFen', 'must be less than the lowest price') : null;
}

/** A picture served by us: never an address of somebody else's. */
export function isOwnPicture(url: string): boolean {
  return /^\/art\/[a-z0-9-]{1,60}\.(svg|png|jpg)$/.test(url) || /^\/media\/med_[0-9a-z]{8,28}$/.test(url);
}

export type DealWarning = 'room' | 'repeatable' | 'standard' | 'quality' | 'rebate' | 'window';

/** Why this deal may not work, most important first. A2. */
export function decideWarnings(p: Proposal): DealWarning[] {
  const friendPriceFen = p.priceFen - p.friendDiscountFen;
  const rebateFen = rewardOfFen(friendPriceFen, p.rebateBps, p.rebateCapFen);
  const warnings: DealWarning[] = [];
  if ((p.friendDiscountFen + rebateFen) * 10_000 < p.priceFen * ROOM_MIN_BPS) warnings.push('room');
  if (p.perPersonLimit < 2) warnings.push('repeatable');
  if (p.items.every((item) => item.name.trim() === p.title.trim())) warnings.push('standard');
  if (p.notes.length === 0 && p.subtitle.trim() === '') warnings.push('quality');
  if (p.rebateBps > 0 && rebateFen === 0) warnings.push('rebate');
  if (p.saleStartsAtMs !== null && p.saleEndsAtMs !== null && p.saleEndsAtMs - p.saleStartsAtMs < DAY_MS) warnings.push('window');
  return warnings;
}
