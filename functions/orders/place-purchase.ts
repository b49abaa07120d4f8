/**
 * A cart's checkout: quotes and places several orders of several merchants as one purchase, all of them or none. Guards I-06,
 * I-10, I-11, I-22, A-15, A-16, A-34. Each order is priced and saved by the same code as one that is placed alone.
 * A crash after the commit leaves an unpaid purchase that its watch ends.
 */
import { HOARDING_MAX, HOARDING_WINDOW_MS, PAYMENT_QUERY_DELAYS_MS, UNPAID_HOLD_MS } from '../contract/limits';
import type { Input } from '../contract/shapes';
import { findCoupons } from '../coupons';
import { Changed, decided, me, newId, refuse, replayed, type Context, type Story } from '../kernel';
import { checkGate, newOrder } from './place-order';
import { checkQuantity, describeItem, inWords, loadDeal, loadItem, priceBest, priceChoice, savedPrice, type Item, type Wish } from './price-lines';
import { yuan } from './rules';

export const quotePurchase: Story<'quotePurchase'> = async (ctx, { body }) => {
  const items = await loadItems(ctx, body.items);
  const { coupons, priced } = await priceBest(ctx, items, body.stack);
  return {
    items: await Promise.all(items.map((item) => describeItem(ctx, item, priced, coupons))), coupons,
    stack: priced.stack, payableFen: priced.payableFen, savedFen: priced.savedFen, nowMs: ctx.clock.nowMs(),
  };
};

export const placePurchase: Story<'placePurchase'> = (ctx, { body }) =>
  replayed(ctx, () => decided(async () => {
    const { personId } = me(ctx);
    const items = await loadItems(ctx, body.items);
    for (const { deal } of items) checkGate(ctx, deal);
    for (const [i, { deal, line }] of items.entries()) {
      const wasFen = body.items[i]!.expectedUnitPriceFen;
      if (line.unitPriceFen !== wasFen) refuse('CART_CHANGED', { dealId: deal.dealId, title: deal.title, was: yuan(wasFen), now: yuan(line.unitPriceFen), wasFen, nowFen: line.unitPriceFen });
    }
    const coupons = body.stack?.couponIds.length ? await findCoupons(ctx.db, personId, body.stack.couponIds) : [];
    const priced = priceChoice(ctx, items, coupons, body.stack);
    if (priced.payableFen !== body.expectedPayableFen) refuse('PRICE_CHANGED', { payable: yuan(priced.payableFen), payableFen: priced.payableFen });
    // The closed gate: what was sold out up to 2 s ago is refused without a write.
    const gone = items.find(({ deal, quantity }) => deal.available < quantity);
    if (gone) refuse('SOLD_OUT', { dealId: gone.deal.dealId, title: gone.deal.title, available: gone.deal.available });
    return save(ctx, items.map((item) => ({ item, price: savedPrice(item, priced, coupons), orderId: newId('ord') })), body);
  }));

/** Each deal once; every line with its price of this moment. */
async function loadItems(ctx: Context, wishes: readonly (Wish & { termsVersion?: number })[]): Promise<Item[]> {
  const twice = wishes.findIndex(({ dealId }, i) => wishes.findIndex((other) => other.dealId === dealId) !== i);
  if (twice >= 0) refuse('BAD_INPUT', { where: `body.items.${twice}.dealId`, problem: 'each deal once' });
  const items = await Promise.all(wishes.map(async (wish) => {
    let deal = await loadDeal(ctx.db, wish.dealId);
    if (deal.termsVersion < (wish.termsVersion ?? 0)) deal = await loadDeal(ctx.db, wish.dealId, true);
    return loadItem(ctx, deal, wish, null);
  }));
  for (const item of items) checkQuantity(item, { dealId: item.deal.dealId, title: item.deal.title });
  return items;
}

interface Placed { item: Item; price: ReturnType<typeof savedPrice>; orderId: string }
async function save(ctx: Context, placed: Placed[], body: Input<'placePurchase'>['body']) {
  const { personId: buyerId, deviceId } = me(ctx);
  const inOrder = [...placed].sort((a, b) => (a.item.deal.dealId < b.item.deal.dealId ? -1 : 1));
  // A coupon is held in the name of the first order that carries it.
  const leads = new Map<string, string>();
  for (const { price, orderId } of inOrder) for (const { couponId } of price.uses) if (!leads.has(couponId)) leads.set(couponId, orderId);
  try {
    return await ctx.db.call('orders_place_purchase', {
      idem: ctx.idem, purchaseId: newId('pur'), combineNo: newId('cmb'), buyerId, deviceId, surface: body.surface, holdMs: UNPAID_HOLD_MS, watchMs: PAYMENT_QUERY_DELAYS_MS[0],
      hoardMax: HOARDING_MAX, hoardMs: HOARDING_WINDOW_MS, orderIds: placed.map(({ orderId }) => orderId),
      orders: inOrder.map(({ item, price, orderId }) => newOrder(item, price, orderId, buyerId)),
      uses: inOrder.flatMap(({ price, orderId }) => price.uses.map((use) => ({ ...use, orderId, leadOrderId: leads.get(use.couponId)! }))),
    });
  } catch (error) {
    if (error instanceof Changed) await Promise.all([ctx.clock.read(), ...placed.map(({ item }) => loadDeal(ctx.db, item.deal.dealId, true))]);
    throw inWords(ctx, error);
  }
}
