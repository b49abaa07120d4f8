// The ways to use one's discounts on a checkout, best first, and why the other coupons are out. Pure; the search is the contract's own.
import { bestCombination, priceStack, stackProblem, type PricedStack, type Stack, type StackCoupon, type StackLine, type StackReason } from '@contract/best-combination';

/** A way that can be chosen. `offFen`: what friend discounts and coupons take off. */
export interface Way {
  key: string;
  stack: Stack;
  offFen: number;
  costMoreFen: number;
  isBest: boolean;
  /** why it is not the best, of the coupon that it brings in; null: the best, or fewer discounts by choice */
  reason: StackReason | null;
  parts: { couponId: string | null; offFen: number }[];
}
export interface Unusable {
  couponId: string;
  reason: StackReason;
  missingFen: number;
}

type Item = Omit<StackLine, 'lineId'>;

/** A quoted item as the search takes it; a deal has one line. */
export function toStackLine({ dealId, merchantId, storeIds, quantity, unitPriceFen, hostBenefitFen, friendDiscountFen }: Item): StackLine {
  return { lineId: dealId, dealId, merchantId, storeIds, quantity, unitPriceFen, hostBenefitFen, friendDiscountFen };
}

const keyOf = ({ usesFriend, couponIds }: Stack) => `${usesFriend ? 'f' : ''} ${[...couponIds].sort().join(' ')}`;
export const sameStack = (a: Stack, b: Stack): boolean => keyOf(a) === keyOf(b);

/** Still allowed, and all its coupons still held. */
export function isAllowed(lines: readonly StackLine[], coupons: readonly StackCoupon[], stack: Stack, nowMs: number): boolean {
  return stack.couponIds.every((id) => coupons.some(({ couponId }) => couponId === id)) && stackProblem(lines, coupons, stack, nowMs) === null;
}

export function waysOf(lines: readonly StackLine[], coupons: readonly StackCoupon[], nowMs: number): { ways: Way[]; unusable: Unusable[] } {
  const { best, lost, friend } = bestCombination(lines, coupons, nowMs);
  const ways = new Map<string, Way>();
  const add = (priced: PricedStack, reason: StackReason | null) => {
    const key = keyOf(priced.stack);
    if (ways.has(key)) return;
    const parts = partsOf(priced);
    ways.set(key, { key, stack: priced.stack, offFen: parts.reduce((all, { offFen }) => all + offFen, 0), costMoreFen: priced.payableFen - best.payableFen, isBest: ways.size === 0, reason, parts });
  };
  const price = (stack: Stack) => priceStack(lines, coupons, stack, nowMs);
  add(best, null);
  if (friend) add(price(friend.stack), 'with_friend');
  for (const { stack, reason } of [...lost].sort((a, b) => a.costMoreFen - b.costMoreFen)) if (stack) add(price(stack), reason);
  // A coupon may be kept for later.
  if (best.stack.couponIds.length > 0) add(price({ usesFriend: lines.some(({ friendDiscountFen }) => friendDiscountFen > 0), couponIds: [] }), null);
  const shown = [...ways.values()].filter(({ parts, isBest }) => parts.length > 0 || !isBest);
  return {
    ways: [...shown.filter(({ isBest }) => isBest), ...shown.filter(({ isBest }) => !isBest).sort((a, b) => a.costMoreFen - b.costMoreFen)],
    // What is nearest to being of use stands first; what covers nothing here stands last.
    unusable: lost.filter(({ stack }) => stack === null).map(({ couponId, reason, missingFen }) => ({ couponId, reason, missingFen })).sort((a, b) => rank(a) - rank(b) || a.missingFen - b.missingFen),
  };
}

const rank = ({ reason }: Unusable): number => (reason === 'threshold' ? 0 : reason === 'not_covering' ? 2 : 1);

/** What each discount takes off all lines together: the friend discounts, then the coupons. */
function partsOf(priced: PricedStack): Way['parts'] {
  const sums = new Map<string | null, number>();
  for (const line of priced.lines) {
    for (const { kind, couponId, amountFen } of line.parts) {
      if (kind !== 'price' && kind !== 'host_benefit') sums.set(couponId, (sums.get(couponId) ?? 0) - amountFen);
    }
  }
  return [...sums].map(([couponId, offFen]) => ({ couponId, offFen })).sort((a, b) => Number(a.couponId !== null) - Number(b.couponId !== null));
}
