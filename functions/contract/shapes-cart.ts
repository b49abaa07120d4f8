/** Wire shapes of the cart and of a purchase: several orders, one combined payment (合单支付). */
import * as z from 'zod';
import { MAX_QUANTITY, PURCHASE_ORDERS_MAX } from './limits';
import { fulfilments, priceKinds, surfaces } from './states';
import { done, fen, id, ms, nothing, positiveFen, shareToken, url } from './shapes-common';
import { orderRow, orderState, payAnswer, payBody, quoteItem, stackChoice, stackCoupon } from './shapes-trade';

const item = { dealId: id('deal'), quantity: z.int().min(1).max(MAX_QUANTITY), shareToken: shareToken.optional() };
const purchaseParams = z.strictObject({ purchaseId: id('pur') });
/** `problem` says why a line cannot be bought now; `wasFen` is the unit price when it was put in, where it differs. */
const cartLine = z.strictObject({
  dealId: z.string(), merchantId: z.string(), merchantName: z.string(), logoInk: z.string(), storeName: z.string(), title: z.string(), pictureUrl: url, quantity: z.int(), maxQuantity: z.int(), unitPriceFen: fen, wasFen: fen.nullable(),
  priceKind: z.enum(priceKinds), fulfilment: z.enum(fulfilments), shareToken: z.string().nullable(), sharerName: z.string().nullable(), termsVersion: z.int(), available: z.int(), problem: z.enum(['sold_out', 'few_left', 'not_on_sale', 'limit']).nullable(),
});

export const cartShapes = {
  getCart: { params: nothing, query: nothing, body: nothing, answer: z.strictObject({ items: z.array(cartLine), limit: z.int() }) },
  /** Quantity 0 takes the line out. */
  setCartItem: {
    params: z.strictObject({ dealId: id('deal') }), query: nothing, body: z.strictObject({ quantity: z.int().min(0).max(MAX_QUANTITY), shareToken: shareToken.optional() }),
    answer: z.strictObject({ quantity: z.int(), lines: z.int() }),
  },
  quotePurchase: {
    params: nothing, query: nothing, body: z.strictObject({ items: z.array(z.strictObject(item)).min(1).max(PURCHASE_ORDERS_MAX), stack: stackChoice.optional() }),
    answer: z.strictObject({ items: z.array(quoteItem), coupons: z.array(stackCoupon), stack: stackChoice, payableFen: fen, savedFen: fen, nowMs: ms }),
  },
  placePurchase: {
    params: nothing, query: nothing,
    body: z.strictObject({
      items: z.array(z.strictObject({ ...item, termsVersion: z.int(), expectedUnitPriceFen: positiveFen })).min(2).max(PURCHASE_ORDERS_MAX), stack: stackChoice.optional(), expectedPayableFen: fen.min(0), surface: z.enum(surfaces),
    }),
    answer: z.strictObject({ purchaseId: z.string(), orderIds: z.array(z.string()), payableFen: fen, expiresAtMs: ms }),
  },
  payPurchase: { params: purchaseParams, query: nothing, body: payBody, answer: payAnswer },
  checkPurchase: { params: purchaseParams, query: nothing, body: nothing, answer: z.strictObject({ state: orderState, voucherId: z.string().nullable() }) },
  cancelPurchase: { params: purchaseParams, query: nothing, body: nothing, answer: done },
  getPurchase: {
    params: purchaseParams, query: nothing, body: nothing,
    answer: z.strictObject({ purchaseId: z.string(), state: orderState, orders: z.array(orderRow), payableFen: fen, placedAtMs: ms, expiresAtMs: ms, canPay: z.boolean(), canCancel: z.boolean() }),
  },
};
