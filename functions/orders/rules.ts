/** What an order may hold, and how its figures are said. Pure. Guards. Amounts in fen. */
import { DAY_MS, HOUR_MS, MAX_ORDER_FEN, REFUND_MAX_PARTS } from '../contract/limits';

/** The limit per person, what one payment may hold, and no more units than WeChat gives back one by one. */
export function maxQuantity(priceFen: number, perPersonLimit: number): number {
  return Math.max(1, Math.min(perPersonLimit, REFUND_MAX_PARTS, Math.floor(MAX_ORDER_FEN / priceFen)));
}

/** Which of them it was: more than a person may have, or only more than one payment holds, where a second order would be taken. */
export const limitCode = (quantity: number, perPersonLimit: number) => (quantity > perPersonLimit ? 'LIMIT_PER_PERSON' : 'LIMIT_PER_ORDER');

/** `¥103.00`, for a refusal's sentence. */
export const yuan = (fen: number): string => `¥${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

const SHANGHAI_MS = 8 * HOUR_MS;
/** End of the last valid day in Shanghai (UTC+8 all year) of what is paid now: what the save computes, for showing. */
export function validUntil(nowMs: number, validDays: number): number {
  const today = Math.floor((nowMs + SHANGHAI_MS) / DAY_MS);
  return (today + validDays + 1) * DAY_MS - SHANGHAI_MS;
}
