/** Coupons in tests: an offer through the manager's or the operator's real route, claims, and orders that use what was claimed. */
import type { RouteTypes } from '../../functions/contract/shapes';
import type { Market, TestApp, TestPerson } from './app';
import { DAY, payAtCashier, paymentOf, vouchersOf } from './trade';

export type OfferBody = RouteTypes['createOffer']['body'];
/** 满 100 减 15 for everyone, ten of them, one each, valid for 30 days after the claim. */
export async function offerOf(t: TestApp, more: Partial<OfferBody> = {}): Promise<OfferBody> {
  const now = await t.app.clock.read();
  return {
    title: '满 100 减 15', kind: 'amount', audience: 'everyone', winBackDays: null, thresholdFen: 10_000, amountFen: 1_500, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [],
    total: 10, perPerson: 1, claimFromMs: now - 1_000, claimUntilMs: now + 10 * DAY, validFromMs: null, validUntilMs: null, validDays: 30, withCode: false, isTransferable: false, ...more,
  };
}
export async function makeOffer(t: TestApp, m: Market, more: Partial<OfferBody> = {}) {
  return t.ok('createOffer', { as: m.manager, params: { storeId: m.storeId }, body: await offerOf(t, more) });
}
export async function makePlatformOffer(t: TestApp, m: Market, more: Partial<OfferBody> & { merchantId?: string | null; platformBps?: number } = {}) {
  const { merchantId = null, platformBps = 10_000, ...offer } = more;
  return t.ok('createPlatformOffer', { as: m.operator, body: { ...(await offerOf(t, { title: '平台满 100 减 20', amountFen: 2_000, ...offer })), merchantId, platformBps } });
}
export const claim = (t: TestApp, as: TestPerson, offerId: string) => t.ok('claimCoupon', { as, params: { offerId } });

export interface CouponOrder { orderId: string; payableFen: number; paymentId: string }
/** Places an order with exactly these coupons, at the price that the quote says. */
export async function placeWith(t: TestApp, m: Market, as: TestPerson, couponIds: string[], { dealId = m.dealId, quantity = 1, usesFriend = false }: { dealId?: string; quantity?: number; usesFriend?: boolean } = {}): Promise<CouponOrder> {
  const stack = { usesFriend, couponIds: [...couponIds].sort() };
  const quote = await t.ok('quoteOrder', { as, body: { dealId, quantity, stack } });
  const placed = await t.ok('placeOrder', { as, body: { dealId, quantity, termsVersion: quote.termsVersion, expectedPayableFen: quote.payableFen, surface: 'weapp', stack } });
  return { orderId: placed.orderId, payableFen: placed.payableFen, paymentId: await paymentOf(t, placed.orderId) };
}
export async function pay(t: TestApp, as: TestPerson, order: CouponOrder): Promise<string[]> {
  await t.ok('payOrder', { as, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, order.paymentId);
  await t.ok('checkPayment', { as, params: { orderId: order.orderId } });
  return vouchersOf(t, order.orderId);
}
export async function couponState(t: TestApp, couponId: string): Promise<string> {
  return (await t.db.query<{ state: string }>('SELECT state FROM coupon WHERE coupon_id = $1', [couponId]))[0]!.state;
}
