// What an order or a voucher is called on screen, and in which ink. Pure; both the list and the detail use it.
import type { Answer } from '@contract/shapes';
import type { TagTone } from '@/components/tag';
import { day, dayTime, shanghai } from '@/i18n/format';
import type { Language } from './settings';

export type OrderRow = Answer<'listOrders'>['items'][number];
export type Order = Answer<'getOrder'>;
type VoucherState = Order['vouchers'][number]['state'];
type RefundState = Order['refunds'][number]['state'];
/** the end of a .jk-text-… class */
type Ink = 'price' | 'brand' | 'danger' | '2' | '3';

export type StatusKey =
  | 'unpaid' | 'forming' | 'usable' | 'used' | 'completed' | 'cancelled' | 'expiredUnpaid' | 'refunding' | 'refunded' | 'partRefunded' | 'afterSale' | 'voucherExpired';

const underWay: readonly (RefundState | null)[] = ['accepted', 'sent', 'stuck'];

/** The one word for an order, by the server's clock. */
export function orderStatus(row: OrderRow, nowMs: number): { key: StatusKey; ink: Ink } {
  if (row.state === 'unpaid') return row.expiresAtMs > nowMs ? { key: 'unpaid', ink: 'price' } : { key: 'expiredUnpaid', ink: '3' };
  if (row.state === 'cancelled') return { key: 'cancelled', ink: '3' };
  if (row.state === 'expired') return { key: 'expiredUnpaid', ink: '3' };
  if (row.refundState === 'requested') return { key: 'afterSale', ink: 'danger' };
  if (row.vouchersLeft > 0) return { key: 'usable', ink: 'brand' };
  // Paid, and the group is not complete: there is no voucher yet. A second payment that goes back (counted nowhere) changes nothing.
  if (row.state === 'paid' && row.group && row.refundedFen === 0) {
    if (row.group.state === 'open' || row.group.state === 'closing') return { key: 'forming', ink: 'price' };
    if (row.group.state === 'failed') return { key: 'refunding', ink: 'danger' };
  }
  if (underWay.includes(row.refundState)) return { key: 'refunding', ink: 'danger' };
  if (row.state === 'refunded') return { key: row.refundedFen < row.payableFen ? 'partRefunded' : 'refunded', ink: '2' };
  if (row.state === 'paid' && row.validUntilMs !== null && row.validUntilMs <= nowMs) return { key: 'voucherExpired', ink: '2' };
  return { key: row.refundedFen > 0 ? 'partRefunded' : 'completed', ink: '2' };
}

export function voucherTone(state: VoucherState): TagTone {
  if (state === 'issued') return 'ok';
  if (state === 'refunding') return 'danger';
  return state === 'expired' ? 'warn' : 'grey';
}

export const voucherWord = { issued: 'usable', redeemed: 'used', refunding: 'refunding', refunded: 'refunded', expired: 'voucherExpired' } as const;

/**
 * A half-open end as the last moment inside it: an end at midnight belongs to the day before, so that
 * “8 月 16 日前” is never a day too long.
 */
export function lastMoment(untilMs: number): number {
  const { hour, minute, second } = shanghai(untilMs);
  return hour === 0 && minute === 0 && second === 0 ? untilMs - 1 : untilMs;
}

/** Its words: a whole day is said without its midnight. */
export function endWord(untilMs: number, language: Language): string {
  const last = lastMoment(untilMs);
  return last === untilMs ? dayTime(last, language) : day(last, language);
}
