/**
 * The best stack of discounts for a checkout, and why each other coupon lost (C2). Guards I-06. Pure: the app and the
 * server run this same code, so the price that a guest sees is the price that the server takes.
 */
/** One line is one deal and one order. Amounts are for the whole line; a deal has one line. */
export interface StackLine {
  lineId: string; dealId: string; merchantId: string; storeIds: readonly string[];
  quantity: number; unitPriceFen: number; hostBenefitFen: number;
  /** 0: nobody brought it. */
  friendDiscountFen: number;
}
export type CouponKind = 'amount' | 'percent' | 'exchange';
export interface StackCoupon {
  couponId: string; title: string;
  /** null: the platform's. */
  merchantId: string | null;
  kind: CouponKind;
  /** Compared with the prices of the covered lines before any discount. */
  thresholdFen: number;
  /** amount: so much off. percent: this part of the covered prices off, at most capFen. exchange: a unit of dealId for 1 fen. */
  amountFen: number; offBps: number; capFen: number; dealId: string | null;
  /** Empty: any. A deal is covered when all its stores are among storeIds. */
  dealIds: readonly string[]; storeIds: readonly string[];
  /** The part of the discount that the platform pays. */
  platformBps: number;
  /** [from, until) */
  validFromMs: number; validUntilMs: number;
  /** Decided by the server, which knows what the person bought before. */
  blocked: 'not_new' | 'not_lapsed' | null;
}
export type StackReason = 'threshold' | 'not_covering' | 'not_started' | 'expired' | 'with_friend' | 'one_platform' | 'one_per_merchant' | 'no_room' | 'not_new' | 'not_lapsed';
/** A choice: the friend discounts, and the coupons by id (sorted). */
export interface Stack { usesFriend: boolean; couponIds: string[] }
export interface PricePart {
  kind: 'price' | 'host_benefit' | 'friend_discount' | 'platform_coupon' | 'merchant_coupon';
  couponId: string | null;
  /** Negative for discounts; discounts of nothing are left out. The parts of a line sum to its payableFen. */
  amountFen: number;
  /** What the platform pays of this discount, ≥ 0, rounded down: the broken fen stays with the merchant of the line. */
  platformFen: number;
}
export interface PricedLine { lineId: string; priceFen: number; payableFen: number; platformFen: number; parts: PricePart[] }
/** savedFen is what the discounts take off the prices, host benefit included. */
export interface PricedStack { stack: Stack; lines: PricedLine[]; payableFen: number; savedFen: number }
export interface StackProblem { couponId: string; reason: StackReason; missingFen: number }
/** The best allowed stack with something that the best stack leaves out, and what it costs more. */
export interface OtherStack { stack: Stack; costMoreFen: number }
export interface LostCoupon {
  couponId: string; reason: StackReason;
  /** For `threshold`, else 0. */
  missingFen: number;
  /** 0 when no allowed stack holds this coupon. */
  costMoreFen: number;
  /** null: it cannot be used at all. */
  stack: Stack | null;
}
export interface BestCombination {
  best: PricedStack;
  /** Every coupon that the best stack does not use, in the order given. */
  lost: LostCoupon[];
  /** The best stack with the friend discounts, when there are some and the best stack leaves them out for a platform coupon. */
  friend: OtherStack | null;
}

/** What forbids a choice, or null. A coupon that would take nothing off is forbidden too (no_room): it would be used up for nothing. */
export function stackProblem(_lines: readonly StackLine[], _coupons: readonly StackCoupon[], _stack: Stack, _nowMs: number): StackProblem | null {
  throw new Error('to come');
}

/** The price of a choice. Throws a TypeError for one that stackProblem forbids, or that names an unknown coupon. */
export function priceStack(_lines: readonly StackLine[], _coupons: readonly StackCoupon[], _stack: Stack, _nowMs: number): PricedStack {
  throw new Error('to come');
}

/** The stack with the lowest payable; ties: fewer coupons, then those that end first, then by id. */
export function bestCombination(_lines: readonly StackLine[], _coupons: readonly StackCoupon[], _nowMs: number): BestCombination {
  throw new Error('to come');
}
