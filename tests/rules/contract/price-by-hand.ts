/** The published pricing rules, restated one by one and slowly, to compare the checkout's own code with. */
import type { PricePart, Stack, StackCoupon, StackLine } from '../../../functions/contract/best-combination';

export interface ByHand { usesFriend: boolean; couponIds: string[]; ends: [number, string][]; payableFen: number; parts: Pick<PricePart, 'kind' | 'couponId' | 'amountFen'>[][] }

/** Every subset of the coupons, with and without the friend discounts. */
export function allStacks(coupons: readonly StackCoupon[]): Stack[] {
  return Array.from({ length: 2 ** (coupons.length + 1) }, (_, bits) => ({
    usesFriend: bits % 2 === 1, couponIds: coupons.map(({ couponId }) => couponId).filter((_id, i) => Math.floor(bits / 2 ** (i + 1)) % 2 === 1).sort(),
  }));
}

export function coversLine(coupon: StackCoupon, line: StackLine): boolean {
  if (coupon.merchantId && coupon.merchantId !== line.merchantId) return false;
  if (coupon.kind === 'exchange') if (coupon.dealId !== line.dealId) return false;
  if (coupon.dealIds.length > 0) if (!coupon.dealIds.includes(line.dealId)) return false;
  return coupon.storeIds.length === 0 || new Set([...coupon.storeIds, ...line.storeIds]).size === new Set(coupon.storeIds).size;
}

/** null: the rules forbid it. */
export function priceByHand(given: readonly StackLine[], coupons: readonly StackCoupon[], stack: Stack, nowMs: number): ByHand | null {
  const left = new Map(given.map((line) => [line, line.quantity * line.unitPriceFen]));
  const parts = new Map(given.map((line): [StackLine, ByHand['parts'][number]] => [line, [{ kind: 'price', couponId: null, amountFen: left.get(line)! }]]));
  /** Takes off what a line can bear above 1 fen per unit, and says how much that was. */
  const takeOff = (line: StackLine, fen: number, kind: PricePart['kind'], couponId: string | null): number => {
    const taken = Math.min(fen, left.get(line)! - line.quantity);
    left.set(line, left.get(line)! - taken);
    const same = parts.get(line)!.find((part) => part.couponId === couponId && part.kind === kind);
    if (same) same.amountFen -= taken;
    else if (taken > 0) parts.get(line)!.push({ kind, couponId, amountFen: -taken });
    return taken;
  };
  const lines = [...given].sort((a, b) => (a.dealId < b.dealId ? -1 : 1));
  for (const line of lines) takeOff(line, line.hostBenefitFen, 'host_benefit', null);
  let friendFen = 0;
  if (stack.usesFriend) for (const line of lines) friendFen += takeOff(line, line.friendDiscountFen, 'friend_discount', null);

  const chosen = coupons.filter(({ couponId }) => stack.couponIds.includes(couponId));
  const platform = chosen.filter(({ merchantId }) => merchantId === null);
  const merchant = chosen.filter(({ merchantId }) => merchantId !== null);
  if (platform.length > 1 || (platform.length > 0 && friendFen > 0)) return null;
  if (new Set(merchant.map(({ merchantId }) => merchantId)).size < merchant.length) return null;

  for (const coupon of [...platform, ...merchant]) {
    if (nowMs < coupon.validFromMs || nowMs >= coupon.validUntilMs || coupon.blocked) return null;
    const covered = lines.filter((line) => coversLine(coupon, line));
    const baseFen = covered.reduce((fen, line) => fen + line.quantity * line.unitPriceFen, 0);
    if (covered.length === 0 || baseFen < coupon.thresholdFen) return null;
    const fullFen = coupon.kind === 'exchange' ? covered[0]!.unitPriceFen - 1
      : coupon.kind === 'amount' ? coupon.amountFen : Number((BigInt(baseFen) * BigInt(coupon.offBps)) / 10_000n);
    const discountFen = coupon.kind === 'percent' ? Math.min(fullFen, coupon.capFen) : fullFen;
    // In proportion to the prices; the broken fen one by one to the largest rest, the earlier line first.
    const rests = covered.map((line, i) => ({ i, line, exact: BigInt(discountFen) * BigInt(line.quantity * line.unitPriceFen), more: 0 }));
    const base = BigInt(baseFen);
    const whole = rests.reduce((fen, { exact }) => fen + Number(exact / base), 0);
    [...rests].sort((a, b) => Number((b.exact % base) - (a.exact % base)) || a.i - b.i).slice(0, discountFen - whole).forEach((rest) => (rest.more = 1));
    const kind = coupon.merchantId === null ? 'platform_coupon' : 'merchant_coupon';
    let takenFen = 0;
    for (const { line, exact, more } of rests) takenFen += takeOff(line, Number(exact / base) + more, kind, coupon.couponId);
    for (const { line } of rests) takenFen += takeOff(line, discountFen - takenFen, kind, coupon.couponId);
    if (takenFen === 0) return null;
  }
  return {
    usesFriend: friendFen > 0, couponIds: stack.couponIds, ends: chosen.map(({ validUntilMs, couponId }): [number, string] => [validUntilMs, couponId]).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)),
    payableFen: [...left.values()].reduce((a, b) => a + b, 0), parts: given.map((line) => parts.get(line)!),
  };
}

/** Lowest price, fewer coupons, the coupons that end first, the coupons by id, with the friend discounts. */
export function betterOf(a: ByHand, b: ByHand): ByHand {
  const keys = (one: ByHand) => [one.payableFen, one.couponIds.length, ...one.ends.map(([end]) => end), ...one.ends.map(([, id]) => id), one.usesFriend ? 0 : 1];
  const [ofA, ofB] = [keys(a), keys(b)];
  const at = ofA.findIndex((key, i) => key !== ofB[i]);
  return at >= 0 && ofB[at]! < ofA[at]! ? b : a;
}
