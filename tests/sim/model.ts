/**
 * What the accepted answers promised, in plain memory: the auditor's own books. Nothing here asks the system, and no rule
 * of the system is imported: prices, parts and fees are reckoned anew.
 */
import type { StackCoupon } from '../../functions/contract/best-combination';

export interface Deal {
  dealId: string; shop: number; termsVersion: number; priceFen: number; friendDiscountFen: number; rebateBps: number; rebateCapFen: number; commissionBps: number;
  stock: number; limit: number; storeIds: string[]; group: GroupRule | null; offPeak: OffPeak | null; startsAtMs: number | null;
}
export interface OffPeak { days: number[]; fromMinute: number; toMinute: number; priceFen: number }
/** A cart's checkout: paid, cancelled and expired as one. */
export interface Purchase { purchaseId: string; orders: Order[] }
export interface GroupRule { kind: 'standard' | 'ladder' | 'newcomer'; size: number; hours: 12 | 24 | 48; priceFen: number; hostBenefitFen: number; tiers: { size: number; priceFen: number }[] }
export interface Group { groupId: string; deal: Deal; rule: GroupRule; orders: Order[] }
/** What a coupon takes off, as its offer promised it. */
export type Face = Pick<StackCoupon, 'title' | 'merchantId' | 'kind' | 'thresholdFen' | 'amountFen' | 'offBps' | 'capFen' | 'dealId' | 'dealIds' | 'storeIds' | 'platformBps'>;
export interface Offer {
  offerId: string; shop: number | null; face: Face; total: number; perPerson: number; code: string | null; isTransferable: boolean; isForNew: boolean;
  /** Somebody was told that all are gone: then all must be. */
  isGone: boolean;
}
interface Gift { token: string; by: number; state: 'open' | 'taken' | 'taken_back'; expiresAtMs: number }
export interface Coupon { couponId: string; offer: Offer; claimant: number; owner: number; validUntilMs: number; gifts: Gift[] }
/** A part of a coupon that an order carries. */
export interface Carried { couponId: string; discountFen: number; platformFen: number }
export interface Share { token: string; sharer: number; deal: Deal; channel: 'chat' | 'moments' }
interface Use { redemptionId: string; voucherId: string; shop: number; store: number; atMs: number; undone: boolean }
export interface Voucher { voucherId: string; order: Order; paidFen: number; uses: Use[]; validUntilMs: number }
export interface Order {
  orderId: string; buyer: number; deal: Deal; quantity: number; payableFen: number; expiresAtMs: number; share: Share | null;
  cancelled: boolean;
  /** Paid at WeChat: transaction → fen. */
  paid: Map<string, number>;
  /** What the guest's phone can still pay with. */
  prepays: string[];
  vouchers: Voucher[];
  carries: Carried[];
  group: Group | null;
  purchase: Purchase | null;
  unitPriceFen: number;
  /** When WeChat took the money, by its own word; to the second. */
  paidAtMs: number | null;
  left: boolean;
  /** Days passed between the quote and the order: the visit may have become too old to count, where no friend discount says otherwise. */
  isShareSure: boolean;
}
interface Refund {
  refundId: string; order: Order; kind: 'unused' | 'after_sale' | 'whole' | 'ladder'; amountFen: number; voucherIds: string[]; shop: number; store: number;
  /** After-sales: what the merchant answered, and until when. */
  answer: 'accepted' | 'declined' | null; askedAtMs: number;
}
interface Withdrawal { withdrawalId: string; person: number; amountFen: number; end: 'confirmed' | 'failed' | null; askedAtMs: number }

export interface Model {
  deals: Deal[]; shares: Share[]; orders: Map<string, Order>; vouchers: Map<string, Voucher>; uses: Map<string, Use>; refunds: Map<string, Refund>; withdrawals: Map<string, Withdrawal>; groups: Map<string, Group>; opening: Set<Order>; offers: Offer[]; coupons: Map<string, Coupon>;
  /** Questions about payments that WeChat answered badly since the last quiet point: an order may have ended although it was paid. */
  isWechatTroubled: boolean;
  /** Notices were lost since then: what was paid may be known only at the next question (F-05). */
  isNoticeLost: boolean;
  endedThoughPaid: Set<string>;
  /** WeChat split nothing, or our account there was empty, at some time: a person was told (an alarm), and it went on later. */
  wasRefused: boolean;
}
export const newModel = (): Model => ({
  deals: [], shares: [], orders: new Map(), vouchers: new Map(), uses: new Map(), refunds: new Map(), withdrawals: new Map(), groups: new Map(), opening: new Set(), offers: [], coupons: new Map(), isWechatTroubled: false, isNoticeLost: false, endedThoughPaid: new Set(), wasRefused: false,
});

/** The single price of a moment: cheaper on some days between two minutes of the day in Shanghai. */
export function unitAt(deal: Deal, nowMs: number): number {
  const shanghai = nowMs + 8 * 3_600_000;
  const minute = Math.floor(shanghai / 60_000) % 1_440;
  const day = ((Math.floor(shanghai / 86_400_000) + 3) % 7) + 1; // 1970 began on a Thursday
  return deal.offPeak && deal.offPeak.days.includes(day) && minute >= deal.offPeak.fromMinute && minute < deal.offPeak.toMinute ? deal.offPeak.priceFen : deal.priceFen;
}
/** One of the deal's two prices. A clock that jumps during a quote may show either; which one an order has is audited by when it was placed. */
export const quotedUnit = (deal: Deal, foundFen: number): number => (foundFen === deal.offPeak?.priceFen ? foundFen : deal.priceFen);
export const partFen = (fen: number, bps: number) => Math.floor((fen * bps) / 10_000);
/** WeChat's fee, half up. */
export const feeFen = (fen: number) => Math.floor((fen * 60 + 5_000) / 10_000);
const LEAST_REWARD_FEN = 10;
export const rewardFen = (fen: number, deal: Deal) => {
  const reward = Math.min(deal.rebateCapFen, partFen(fen, deal.rebateBps));
  return reward < LEAST_REWARD_FEN ? 0 : reward;
};

export const standingUse = (voucher: Voucher): Use | undefined => voucher.uses.find((use) => !use.undone);
/** What the platform pays of one unit's discounts: the broken fen go to the first ones. */
export function subsidyFen(voucher: Voucher): number {
  const { order } = voucher;
  const total = order.carries.reduce((sum, one) => sum + one.platformFen, 0);
  return Math.floor(total / order.quantity) + (order.vouchers.indexOf(voucher) < total % order.quantity ? 1 : 0);
}
/** The after-sale of a voucher that took it back. */
export const isTakenBack = (model: Model, voucherId: string): boolean =>
  [...model.refunds.values()].some((refund) => refund.kind === 'after_sale' && refund.answer === 'accepted' && refund.voucherIds.includes(voucherId));

/** Members that make the group: paid in time, not gone. */
export const seatedOf = (group: Group, isSeated: (order: Order) => boolean): Order[] => group.orders.filter((order) => order.paid.size > 0 && !order.cancelled && !order.left && isSeated(order));
/** What so many members pay each. */
export const tierFen = (rule: GroupRule, members: number): number => [...rule.tiers].reverse().find((tier) => members >= tier.size)?.priceFen ?? rule.priceFen;
export const leastOf = (rule: GroupRule): number => rule.tiers[0]?.size ?? rule.size;
