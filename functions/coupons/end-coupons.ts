/** What becomes of coupons by themselves: said a day before their end, ended at it, void with a deleted account. Each may run twice. Guards I-11, I-25. */
import { COUPON_REMIND_MS } from '../contract/limits';
import type { App } from '../kernel';

export async function expireCoupon(app: App, couponId: string): Promise<null> {
  await app.db.call('coupons_expire', { couponId });
  return null;
}
/** Answers in how many ms its end is near; null: said, or nothing to say. */
export async function remindCoupon(app: App, couponId: string): Promise<number | null> {
  return (await app.db.call<{ waitMs?: number | null }>('coupons_remind', { couponId, remindMs: COUPON_REMIND_MS })).waitMs ?? null;
}
export async function voidCoupons(app: App, personId: string): Promise<null> {
  await app.db.call('coupons_void_person', { personId });
  return null;
}
