/** Coupons: the public face. */
import type { StackCoupon } from '../contract/best-combination';
import type { Db } from '../kernel';

/** The available coupons of a person, as the search for the best stack takes them; at most COUPONS_HELD_MAX, ending first. */
export async function listCoupons(_db: Db, _personId: string): Promise<StackCoupon[]> {
  return [];
}
/** Those of the named coupons that this person can use now. */
export async function findCoupons(_db: Db, _personId: string, _couponIds: readonly string[]): Promise<StackCoupon[]> {
  return [];
}
