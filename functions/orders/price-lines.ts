/**
 * What one deal of a checkout costs this person now, from server data. Guards I-06, A-15, A-16, C2 … C4.
 * The unit price is the single, flash, off-peak or group price; discounts are stacked by contract/best-combination.
 */
import { bestCombination, priceStack, stackProblem, type PricedStack, type Stack, type StackCoupon, type StackLine } from '../contract/best-combination';
import { rewardOfFen } from '../contract/money';
import type { PriceKind } from '../contract/states';
import { getDealForOrder, isOffPeak, type DealForOrder as Deal } from '../catalog';
import { findCoupons, listCoupons, type ChosenCoupon } from '../coupons';
import type { SeatOffer } from '../group-buys';
import { findPeople } from '../identity';
import { newSnapshot, Refused, refuse, type Context, type Db, type Snapshot } from '../kernel';
import { findBringer, isRepeat, type Brought } from '../referrals';
import { limitCode, maxQuantity, validUntil, yuan } from './rules';

export interface Wish { dealId: string; quantity: number; shareToken?: string | undefined }
/** One deal of a checkout with everything that its price was decided on. `lineId` is the deal's id. */
export interface Item { deal: Deal; quantity: number; brought: Brought | null; seat: SeatOffer | null; priceKind: PriceKind; line: StackLine }

const deals = new WeakMap<Db, Snapshot<Deal | null>>();

/** From a 2 s snapshot; `fresh` asks the database. The save guards the terms' version that was decided on. */
export async function loadDeal(db: Db, dealId: string, fresh = false): Promise<Deal> {
  let snapshot = deals.get(db);
  if (!snapshot) deals.set(db, (snapshot = newSnapshot()));
  if (fresh) snapshot.drop(dealId);
  return (await snapshot.get(dealId, () => getDealForOrder(db, dealId))) ?? refuse('NOT_FOUND');
}

/** The unit price of this moment. A group's price was fixed when it was opened. */
export function unitOf(deal: Pick<Deal, 'priceFen' | 'isFlash' | 'offPeak'>, seat: SeatOffer | null, nowMs: number): { priceKind: PriceKind; unitPriceFen: number } {
  if (seat) return { priceKind: 'group', unitPriceFen: seat.priceFen };
  if (deal.isFlash) return { priceKind: 'flash', unitPriceFen: deal.priceFen };
  if (deal.offPeak && isOffPeak(deal.offPeak, nowMs)) return { priceKind: 'off_peak', unitPriceFen: deal.offPeak.priceFen };
  return { priceKind: 'single', unitPriceFen: deal.priceFen };
}

export async function loadItem(ctx: Context, deal: Deal, wish: Wish, seat: SeatOffer | null): Promise<Item> {
  const brought = wish.shareToken ? await findBringer(ctx, deal, wish.shareToken) : null;
  const { priceKind, unitPriceFen } = unitOf(deal, seat, ctx.clock.nowMs());
  const line: StackLine = {
    lineId: deal.dealId, dealId: deal.dealId, merchantId: deal.merchantId, storeIds: deal.storeIds, quantity: wish.quantity, unitPriceFen,
    hostBenefitFen: seat?.isOpening ? seat.hostBenefitFen : 0, friendDiscountFen: brought ? deal.friendDiscountFen : 0,
  };
  return { deal, quantity: wish.quantity, brought, seat, priceKind, line };
}

/** What this person may buy of it at once: a seat in a group is one unit. */
export const mostOf = ({ deal, seat, line }: Item): number => (seat ? 1 : maxQuantity(line.unitPriceFen, deal.perPersonLimit));

/** no more at once than it may be. */
export function checkQuantity(item: Item, named: { dealId?: string; title?: string } = {}): void {
  const limit = mostOf(item);
  if (item.quantity > limit) refuse(item.seat ? 'LIMIT_PER_PERSON' : limitCode(item.quantity, item.deal.perPersonLimit), { limit, ...named });
}

/** The chosen stack; without a choice the friend discounts alone. A choice that is not allowed is refused with its reason. */
export function priceChoice(ctx: Context, items: readonly Item[], coupons: readonly (StackCoupon | ChosenCoupon)[], choice: Stack | undefined): PricedStack {
  const lines = items.map((item) => item.line);
  const stack = choice ?? { usesFriend: lines.some((line) => line.friendDiscountFen > 0), couponIds: [] };
  const held = coupons.filter((coupon) => stack.couponIds.includes(coupon.couponId));
  for (const couponId of stack.couponIds) {
    const coupon = held.find((one) => one.couponId === couponId);
    const reason = !coupon ? 'unknown' : 'lost' in coupon ? coupon.lost : null;
    if (reason) throw inWords(ctx, new Refused('COUPON_NOT_USABLE', { couponId, reason, ...(coupon && { title: coupon.title }) }));
  }
  const problem = stackProblem(lines, held, stack, ctx.clock.nowMs());
  if (problem) {
    const { title } = held.find((coupon) => coupon.couponId === problem.couponId)!;
    refuse('COUPON_NOT_USABLE', { couponId: problem.couponId, title, why: sentence(ctx, problem.reason, problem.missingFen), reason: problem.reason });
  }
  return priceStack(lines, held, stack, ctx.clock.nowMs());
}

/** The best stack and what it was chosen from, for a quote. What is chosen and not in the list is asked for by its name: it may have come back since, or say why it cannot be used. */
export async function priceBest(ctx: Context, items: readonly Item[], choice: Stack | undefined): Promise<{ coupons: StackCoupon[]; priced: PricedStack }> {
  const { personId } = ctx.session!;
  const coupons = await listCoupons(ctx.db, personId);
  if (!choice) return { coupons, priced: bestCombination(items.map((item) => item.line), coupons, ctx.clock.nowMs()).best };
  const more = choice.couponIds.filter((id) => !coupons.some((coupon) => coupon.couponId === id));
  const named = more.length > 0 ? await findCoupons(ctx.db, personId, more) : [];
  const priced = priceChoice(ctx, items, [...coupons, ...named], choice);
  return { coupons: [...coupons, ...named.map(({ lost: _lost, ...coupon }) => coupon)], priced };
}

/** One item as a quote shows it. */
export async function describeItem(ctx: Context, item: Item, priced: PricedStack, coupons: readonly StackCoupon[]) {
  const { deal, line } = item;
  const own = priced.lines.find((p) => p.lineId === line.lineId)!;
  const titleOf = (couponId: string | null) => (couponId && coupons.find((coupon) => coupon.couponId === couponId)?.title) || null;
  return {
    dealId: deal.dealId, merchantId: deal.merchantId, merchantName: deal.merchantName, title: deal.title, pictureUrl: deal.pictureUrl, storeName: deal.storeName, storeIds: deal.storeIds, termsVersion: deal.termsVersion,
    quantity: item.quantity, maxQuantity: mostOf(item), unitPriceFen: line.unitPriceFen, singlePriceFen: deal.priceFen, priceKind: item.priceKind, fulfilment: deal.fulfilment, hostBenefitFen: line.hostBenefitFen,
    friendDiscountFen: line.friendDiscountFen, payableFen: own.payableFen, lines: own.parts.map(({ kind, amountFen, couponId }) => ({ kind, amountFen, couponId, title: titleOf(couponId) })),
    validUntilMs: validUntil(ctx.clock.nowMs(), deal.validDays), sharer: item.brought && (await sharerOf(ctx, deal, item.brought, own.payableFen)),
  };
}

/** What of this item the save writes: the lines, and the part that the platform pays. */
export function savedPrice(item: Item, priced: PricedStack, coupons: readonly StackCoupon[]) {
  const own = priced.lines.find((p) => p.lineId === item.line.lineId)!;
  return {
    quantity: item.quantity, unitPriceFen: item.line.unitPriceFen, priceKind: item.priceKind, discountFen: own.priceFen - own.payableFen, payableFen: own.payableFen, subsidyFen: own.platformFen,
    lines: own.parts.map((part) => ({ ...part, title: coupons.find((coupon) => coupon.couponId === part.couponId)?.title ?? null })),
    uses: own.parts.filter((part) => part.couponId).map((part) => ({ couponId: part.couponId!, discountFen: -part.amountFen, platformFen: part.platformFen })),
  };
}

/** What the save freezes of who brought the buyer. The reward is on what is paid; a Moments post earns none. */
export function savedAttribution(item: Item, saved: { payableFen: number; lines: readonly { kind: string; amountFen: number }[] }, orderId: string, buyerId: string) {
  const { deal, brought } = item;
  if (!brought) return null;
  const friendFen = saved.lines.find((line) => line.kind === 'friend_discount')?.amountFen ?? 0;
  return {
    orderId, merchantId: deal.merchantId, dealId: deal.dealId, buyerId, token: brought.token, sharerId: brought.sharerId, groupId: brought.groupId, discountFen: -friendFen,
    rewardFen: brought.channel === 'moments' ? 0 : rewardOfFen(saved.payableFen, deal.rebateBps, deal.rebateCapFen),
  };
}

/** B6: what the sharer really earns of this order, so not a second time within 30 days. */
async function sharerOf(ctx: Context, deal: Deal, brought: Brought, payableFen: number) {
  const [[person], repeats] = await Promise.all([
    findPeople(ctx.db, [brought.sharerId]), isRepeat(ctx.db, { sharerId: brought.sharerId, friendId: ctx.session!.personId, merchantId: deal.merchantId }),
  ]);
  const rebateFen = brought.channel === 'moments' || !person!.earns || repeats ? 0 : rewardOfFen(payableFen, deal.rebateBps, deal.rebateCapFen);
  return { person: { name: person!.name, avatarUrl: person!.avatarUrl }, rebateFen, token: brought.token };
}

const unnamed = { zh: '这张券', en: 'you chose' };
const sentences: Record<string, { zh: string; en: string }> = {
  unknown: { zh: '你手里没有它', en: 'you do not have it' }, held: { zh: '已经用在你另一笔没付的订单上', en: 'an unpaid order of yours is using it' }, used: { zh: '已经用掉了', en: 'it was used' },
  passing: { zh: '正在转送给朋友', en: 'you are giving it to a friend' }, given: { zh: '已经送给朋友了', en: 'you gave it to a friend' }, void: { zh: '已经作废', en: 'it is void' },
  threshold: { zh: '还差 {missing} 到门槛', en: '{missing} short of its minimum' }, not_covering: { zh: '不适用于这些商品', en: 'it does not cover these deals' },
  not_started: { zh: '还没到使用时间', en: 'it is not valid yet' }, expired: { zh: '已经过期', en: 'it has expired' }, with_friend: { zh: '不能和好友立减一起用', en: 'it cannot be combined with the friend discount' },
  one_platform: { zh: '一次只能用一张平台券', en: 'only one platform coupon at a time' }, one_per_merchant: { zh: '每家店一次只能用一张', en: 'only one coupon of a shop at a time' },
  no_room: { zh: '没有可以减的金额了', en: 'nothing is left to take off' }, not_new: { zh: '只给没来过的新客', en: 'it is for new guests only' }, not_lapsed: { zh: '只给很久没来的老客', en: 'it is for guests who have not come for a while' },
};
const sentence = (ctx: Context, reason: string, missingFen: number): string => (sentences[reason]?.[ctx.language] ?? '').replace('{missing}', yuan(missingFen));
/** `11 月 21 日 20:00`, Asia/Shanghai. */
function momentOf(ctx: Context, startsAt: number): string {
  const t = new Date(startsAt + 8 * 3_600_000).toISOString();
  const [month, day, at] = [Number(t.slice(5, 7)), Number(t.slice(8, 10)), t.slice(11, t.slice(17, 19) === '00' ? 16 : 19)];
  return ctx.language === 'zh' ? `${month} 月 ${day} 日 ${at}` : `${at} on ${month}/${day}`;
}

/** A save refuses by reasons and moments only; this adds the person's words. */
export function inWords(ctx: Context, error: unknown): unknown {
  if (error instanceof Refused && error.code === 'SALE_NOT_STARTED') return new Refused(error.code, { ...error.details, at: momentOf(ctx, Number(error.details.startsAt)) });
  if (!(error instanceof Refused && error.code === 'COUPON_NOT_USABLE') || error.details.why) return error;
  return new Refused(error.code, { ...error.details, title: error.details.title ?? unnamed[ctx.language], why: sentence(ctx, String(error.details.reason), 0) || sentence(ctx, 'unknown', 0) });
}
