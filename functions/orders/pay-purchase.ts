/**
 * Asks WeChat for one combined payment of all orders of an unpaid purchase, and looks after it until it is paid or ended.
 * Guards F-02, F-05, F-16, F-27, F-34. The intents are committed with the purchase, before any call; their numbers never change.
 */
import { Changed, decided, me, newId, refuse, replayed, Unavailable, type App, type Context, type Story } from '../kernel';
import { wechatPay } from '../payments';
import { findLiveVoucherId } from '../vouchers';
import { askCombined, askPurchase } from './mark-purchase-paid';
import { backToUs, isPaidThere, lookAgain, prepareBy } from './pay-order';
import { findPurchase, type CombinedRow, type PurchaseRow } from './store';

export const payPurchase: Story<'payPurchase'> = (ctx, { params, body }) =>
  replayed(ctx, () => decided(async () => {
    const purchase = (await findPurchase(ctx.db, params.purchaseId, me(ctx).personId)) ?? refuse('NOT_FOUND');
    if (isPaid(purchase)) refuse('ORDER_PAID');
    if (purchase.state !== 'unpaid' || purchase.nowMs >= purchase.expiresAtMs) refuse('ORDER_NOT_PAYABLE');
    const combined = await intentFor(ctx, purchase, body.method);
    try {
      return await prepare(ctx, purchase, combined, body.method, backToUs(ctx, body.returnUrl, `/cart/pages/purchase/index?id=${purchase.purchaseId}&paid=1`));
    } catch (error) {
      if (!isPaidThere(error)) throw error;
      await askCombined(ctx, combined.combineNo);
      return refuse(isPaid((await findPurchase(ctx.db, purchase.purchaseId, purchase.buyerId))!) ? 'ORDER_PAID' : 'ORDER_NOT_PAYABLE');
    }
  }));

const isPaid = ({ state }: PurchaseRow): boolean => state === 'paid' || state === 'completed' || state === 'refunded';

/** The combined payment for this way to pay. WeChat binds a number to one way, so another way is another number for all (F-34). */
async function intentFor(ctx: Context, purchase: PurchaseRow, method: 'jsapi' | 'h5'): Promise<CombinedRow> {
  const open = purchase.combined.filter(({ state }) => state !== 'closed');
  const fitting = open.find((one) => one.method === null || one.method === method);
  if (fitting) return fitting;
  // Paid meanwhile: whether that counts, or came after the purchase had ended, its orders say.
  for (const other of open) if (await closeOrPay(ctx, purchase.purchaseId, other)) throw new Changed('payment');
  const combineNo = newId('cmb');
  await ctx.db.call('orders_open_combined', {
    purchaseId: purchase.purchaseId, combineNo, known: purchase.combined.length, payments: purchase.combined[0]!.payments.map(({ orderId, subMchid }) => ({ orderId, subMchid, paymentId: newId('pay') })),
  });
  const now = (await findPurchase(ctx.db, purchase.purchaseId, null))!;
  return now.combined.find((one) => one.combineNo === combineNo)!;
}

async function prepare(ctx: Context, purchase: PurchaseRow, combined: CombinedRow, method: 'jsapi' | 'h5', returnUrl: string) {
  const pay = wechatPay(ctx.config.wechat);
  const common = { combineNo: combined.combineNo, orders: combined.payments, expiresAtMs: purchase.expiresAtMs, notifyUrl: `${ctx.config.publicUrl}/api/provider/wechat-pay/payments` };
  const { prepay, answer } = await prepareBy(ctx, method, {
    known: combined.prepay, openid: purchase.openid, returnUrl,
    jsapi: (openid) => pay.prepareCombinedJsapi({ ...common, openid }), h5: (clientIp) => pay.prepareCombinedH5({ ...common, clientIp }),
  });
  return ctx.db.call<typeof answer>('orders_prepared_combined', { idem: ctx.idem, purchaseId: purchase.purchaseId, combineNo: combined.combineNo, method, prepay, answer });
}

/** The person came back from the cashier: ask WeChat now. `voucherId` is the first order's. */
export const checkPurchase: Story<'checkPurchase'> = async (ctx, { params }) => {
  const { personId } = me(ctx);
  const purchase = (await findPurchase(ctx.db, params.purchaseId, personId)) ?? refuse('NOT_FOUND');
  if (purchase.state === 'unpaid') await askPurchase(ctx, purchase);
  const now = (await findPurchase(ctx.db, params.purchaseId, personId))!;
  return { state: now.state, voucherId: now.state === 'unpaid' ? null : await findLiveVoucherId(ctx.db, now.combined[0]!.payments[0]!.orderId) };
};

export const cancelPurchase: Story<'cancelPurchase'> = async (ctx, { params }) => {
  if (!(await findPurchase(ctx.db, params.purchaseId, me(ctx).personId))) refuse('NOT_FOUND');
  return ctx.db.call('orders_end_purchase', { idem: ctx.idem, purchaseId: params.purchaseId, to: 'cancelled' });
};

/** Closes it at WeChat; when it was paid meanwhile (true), takes the payment instead. */
function closeOrPay(app: App, purchaseId: string, { combineNo }: CombinedRow): Promise<boolean> {
  return decided(async () => {
    const { state, payments } = (await findPurchase(app.db, purchaseId, null))!.combined.find((one) => one.combineNo === combineNo)!;
    if (state === 'closed' || state === 'succeeded') return state === 'succeeded';
    try {
      await wechatPay(app.config.wechat).closeCombined(combineNo, payments);
      // As with a single payment: it may have been prepared there since.
      await app.db.call('orders_closed_combined', { purchaseId, combineNo, from: state });
      return false;
    } catch (error) {
      if (!isPaidThere(error)) throw error;
      return askCombined(app, combineNo);
    }
  });
}

/** F-05, as for a single order: all orders of the purchase are paid together, or end together at its expiry. */
export async function watchPurchase(app: App, purchaseId: string): Promise<number | null> {
  const purchase = await findPurchase(app.db, purchaseId, null);
  if (!purchase || purchase.state !== 'unpaid') return null;
  const isOver = purchase.nowMs >= purchase.expiresAtMs;
  try {
    await askPurchase(app, purchase);
  } catch (error) {
    if (!(error instanceof Unavailable && error.kind === 'PROVIDER_DOWN') || !isOver) throw error;
  }
  if (!isOver) return lookAgain(purchase);
  await app.db.call('orders_end_purchase', { purchaseId, to: 'expired' });
  return null;
}

/** The purchase ended unpaid: nobody can pay it at WeChat any more. */
export async function closeCombined(app: App, purchaseId: string): Promise<null> {
  const purchase = await findPurchase(app.db, purchaseId, null);
  for (const one of purchase?.combined ?? []) if (one.state === 'created' || one.state === 'prepared') await closeOrPay(app, purchaseId, one);
  return null;
}
