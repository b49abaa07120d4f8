/** Carts of several merchants for tests: through the real routes and the stand-in's cashier. */
import type { Market, TestApp, TestPerson } from './app';
import type { DealBody } from './market';
import { payAtCashier } from './trade';

/** One merchant for each name, with one operator; `deal` is what each sells. */
export async function makeStreet(t: TestApp, names: readonly string[], deal: Partial<DealBody> = {}): Promise<Market[]> {
  const operator = await t.person('运营', { operator: true });
  const street: Market[] = [];
  for (const name of names) street.push(await t.market({ operator, merchant: { name }, staff: [`${name}店员`, `${name}店长`], deal: { title: `${name}的招牌`, ...deal } }));
  return street;
}

interface Wish { dealId: string; quantity?: number; shareToken?: string }
/** The body of placePurchase at the prices of now, with the best stack. */
export async function priced(t: TestApp, as: TestPerson, wishes: readonly Wish[]) {
  const items = wishes.map(({ quantity = 1, ...wish }) => ({ ...wish, quantity }));
  const quote = await t.ok('quotePurchase', { as, body: { items } });
  return {
    items: quote.items.map(({ dealId, quantity, termsVersion, unitPriceFen }, i) => ({ dealId, quantity, termsVersion, expectedUnitPriceFen: unitPriceFen, ...(items[i]!.shareToken ? { shareToken: items[i]!.shareToken } : {}) })),
    stack: quote.stack, expectedPayableFen: quote.payableFen, surface: 'weapp' as const,
  };
}
export const placeTogether = async (t: TestApp, as: TestPerson, wishes: readonly Wish[]) =>
  t.ok('placePurchase', { as, body: await priced(t, as, wishes) });

/** Places and pays; every order has its vouchers when this resolves. */
export async function buyTogether(t: TestApp, as: TestPerson, wishes: readonly Wish[]) {
  const placed = await placeTogether(t, as, wishes);
  await t.ok('payPurchase', { as, params: { purchaseId: placed.purchaseId }, body: { method: 'jsapi' } });
  await payAtCashier(t, await combineOf(t, placed.purchaseId));
  await t.ok('checkPurchase', { as, params: { purchaseId: placed.purchaseId } });
  return placed;
}

/** The number of the latest combined payment. */
export const combineOf = async (t: TestApp, purchaseId: string): Promise<string> =>
  (await t.db.query<{ no: string }>('SELECT combine_no AS no FROM payment JOIN guest_order USING (order_id) WHERE purchase_id = $1 ORDER BY created_at DESC', [purchaseId]))[0]!.no;

/** States of the orders, their payments and how many vouchers there are. */
export async function purchaseState(t: TestApp, purchaseId: string) {
  const [row] = await t.db.query<{ orders: string[]; payments: string[]; vouchers: number; held: number; sold: number; journals: number }>(
    `SELECT array_agg(DISTINCT o.state) AS orders, (SELECT array_agg(p.state ORDER BY p.state) FROM payment p WHERE p.order_id = ANY (array_agg(o.order_id))) AS payments,
       (SELECT count(*)::int FROM voucher v WHERE v.order_id = ANY (array_agg(o.order_id))) AS vouchers,
       (SELECT count(*)::int FROM journal j JOIN payment p ON p.payment_id = j.subject WHERE j.kind = 'payment' AND p.order_id = ANY (array_agg(o.order_id))) AS journals
     FROM guest_order o WHERE purchase_id = $1`, [purchaseId]);
  return row!;
}
