/** A purchase until it is paid or ended: one combined payment at WeChat for all of its orders. */
import { PAYMENT_QUERY_DELAYS_MS } from '../contract/limits';
import { type App } from '../kernel';
import { findPurchase } from './store';

export async function watchPurchase(app: App, purchaseId: string): Promise<number | null> {
  const purchase = await findPurchase(app.db, purchaseId, null);
  if (!purchase || purchase.state !== 'unpaid') return null;
  if (purchase.nowMs >= purchase.expiresAtMs) {
    await app.db.call('orders_end_purchase', { purchaseId, to: 'expired' });
    return null;
  }
  const age = purchase.nowMs - purchase.placedAtMs;
  const next = PAYMENT_QUERY_DELAYS_MS.find((delay) => delay > age) ?? Infinity;
  return Math.max(1, Math.min(next - age, purchase.expiresAtMs - purchase.nowMs));
}

export async function closeCombined(_app: App, _purchaseId: string): Promise<null> {
  return null;
}
