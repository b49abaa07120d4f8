/**
 * Pricing of an order from server data. Pure. Guards I-06, A-15, A-16. Amounts in fen.
 * Single price × quantity, then the friend discount once per order. The lines sum to the payable amount.
 */
import { DAY_MS, HOUR_MS, MAX_ORDER_FEN } from '../contract/limits';
import { assertFen } from '../contract/money';

export interface PriceLine { kind: 'price' | 'friend_discount'; amountFen: number }
export interface Priced { unitPriceFen: number; discountFen: number; payableFen: number; lines: PriceLine[] }

/** `maxQuantity` is the limit per person, and what one payment may hold. */
export function maxQuantity(priceFen: number, perPersonLimit: number): number {
  return Math.max(1, Math.min(perPersonLimit, Math.floor(MAX_ORDER_FEN / priceFen)));
}

export function decidePrice(deal: { priceFen: number; friendDiscountFen: number }, quantity: number, isBrought: boolean): Priced {
  const priceFen = assertFen(deal.priceFen * quantity);
  const discountFen = isBrought ? deal.friendDiscountFen : 0;
  const lines: PriceLine[] = [{ kind: 'price', amountFen: priceFen }];
  if (discountFen > 0) lines.push({ kind: 'friend_discount', amountFen: -discountFen });
  return { unitPriceFen: deal.priceFen, discountFen, payableFen: priceFen - discountFen, lines };
}

/** `¥103.00`, for a refusal's sentence. */
export const yuan = (fen: number): string => `¥${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

const SHANGHAI_MS = 8 * HOUR_MS;
/** End of the last valid day in Shanghai (UTC+8 all year) of what is paid now: what the save computes, for showing. */
export function validUntil(nowMs: number, validDays: number): number {
  const today = Math.floor((nowMs + SHANGHAI_MS) / DAY_MS);
  return (today + validDays + 1) * DAY_MS - SHANGHAI_MS;
}
