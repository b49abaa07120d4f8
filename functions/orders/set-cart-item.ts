/** Puts a deal into the person's cart, changes how many, or takes it out. Guards A-15, I-28; a repeat sets the same again. */
import { CART_LINES_MAX } from '../contract/limits';
import { decided, me, refuse, type App, type Story } from '../kernel';
import { loadDeal, unitOf } from './price-lines';
import { limitCode, maxQuantity } from './rules';

export const setCartItem: Story<'setCartItem'> = (ctx, { params, body }) =>
  decided(async () => {
    const item = { personId: me(ctx).personId, dealId: params.dealId, quantity: body.quantity, shareToken: body.shareToken ?? null, unitPriceFen: 1, most: CART_LINES_MAX };
    // What is gone from sale for good can still be taken out.
    if (body.quantity > 0) {
      const deal = await loadDeal(ctx.db, params.dealId);
      item.unitPriceFen = unitOf(deal, null, ctx.clock.nowMs()).unitPriceFen;
      const limit = maxQuantity(item.unitPriceFen, deal.perPersonLimit);
      if (body.quantity > limit) refuse(limitCode(body.quantity, deal.perPersonLimit), { limit, title: deal.title });
    }
    return ctx.db.call('orders_set_cart_item', item);
  });

/** Its person is gone (H6). */
export async function emptyCart(app: App, personId: string): Promise<null> {
  await app.db.call('orders_empty_cart', { personId });
  return null;
}
