/**
 * Asks WeChat to prepare the payment of an unpaid order, and looks after an order until it is paid or ended.
 * Guards F-02, F-05, F-16, F-27, F-34. The intent is committed by the order itself, before any call; its number never changes.
 */
import { PAYMENT_QUERY_DELAYS_MS } from '../contract/limits';
import { findGroup, findOtherGroup } from '../group-buys';
import { Changed, decided, me, newId, ProviderRefused, refuse, replayed, Unavailable, type App, type Context, type Story } from '../kernel';
import { findPayment, listPayments, wechatPay, type PaymentRow } from '../payments';
import { findLiveVoucherId } from '../vouchers';
import { counts, markPaid } from './mark-paid';
import { askCombined, askPurchase } from './mark-purchase-paid';
import { findOrder, findOwnOrder, findPayable, findPurchase, type OrderRow, type PayableRow } from './store';

export const payOrder: Story<'payOrder'> = (ctx, { params, body }) =>
  replayed(ctx, () => decided(async () => {
    const order = (await findPayable(ctx.db, params.orderId, me(ctx).personId)) ?? refuse('NOT_FOUND');
    if (order.state === 'paid' || order.state === 'completed') refuse('ORDER_PAID');
    if (order.state !== 'unpaid' || order.nowMs >= order.expiresAtMs) refuse('ORDER_NOT_PAYABLE');
    if (order.purchaseId) refuse('PURCHASE_TOGETHER', { purchaseId: order.purchaseId });
    if (order.groupId) await needOpenGroup(ctx, order.groupId);
    const payment = await intentFor(ctx, order, order.payments, body.method);
    try {
      return await prepare(ctx, order, payment, body.method, backToUs(ctx, body.returnUrl, `/pages/pay-return/index?id=${order.orderId}`));
    } catch (error) {
      if (!isPaidThere(error)) throw error;
      await askPayment(ctx, payment);
      const { state } = (await findOwnOrder(ctx.db, order.orderId, order.buyerId))!;
      return refuse(state === 'paid' || state === 'completed' ? 'ORDER_PAID' : 'ORDER_NOT_PAYABLE');
    }
  }));

/** WeChat's definite no to a payment that it has taken already; its notice may still be on the way. */
export const isPaidThere = (error: unknown): boolean => error instanceof ProviderRefused && error.code === 'ORDER_PAID';

/** What would be paid now could not count any more (F-18). */
async function needOpenGroup(ctx: Context, groupId: string): Promise<void> {
  const group = (await findGroup(ctx.db, groupId))!;
  if (group.deadlineMs !== null && group.nowMs >= group.deadlineMs) refuse('GROUP_ENDED', { otherGroupId: await findOtherGroup(ctx.db, group.dealId, groupId, me(ctx).personId) });
}

/** The order's intent for this way to pay. WeChat binds a number to one way, so another way is another intent (F-34). */
async function intentFor(ctx: Context, order: OrderRow, payments: readonly PaymentRow[], method: 'jsapi' | 'h5'): Promise<PaymentRow> {
  const open = payments.filter((p) => p.state !== 'closed');
  const fitting = open.find((p) => p.method === null || p.method === method);
  if (fitting) return fitting;
  // Paid meanwhile: whether that counts, or came after the order had ended, the order itself says.
  for (const other of open) if (await closeOrPay(ctx, other)) throw new Changed('payment');
  const paymentId = newId('pay');
  await ctx.db.call('orders_open_payment', { orderId: order.orderId, paymentId, subMchid: payments[0]!.subMchid, known: payments.length });
  return (await findPayment(ctx.db, paymentId))!;
}

interface Prepare { known: string | null; openid: string | null; returnUrl: string; jsapi(openid: string): Promise<{ prepayId: string }>; h5(clientIp: string): Promise<{ h5Url: string }> }
/**
 * What the app starts paying with, and what is kept of it. A prepay_id lives two hours, longer than an order, so one that is `known` serves
 * again; an h5_url lives five minutes and is asked for anew by the same number.
 */
export async function prepareBy(ctx: Context, method: 'jsapi' | 'h5', { known, openid, returnUrl, jsapi, h5 }: Prepare) {
  if (method === 'jsapi') {
    const prepay = known ?? (await jsapi(openid ?? refuse('PAYMENT_NEEDS_WECHAT'))).prepayId;
    return { prepay, answer: { jsapi: wechatPay(ctx.config.wechat).jsapiParams(prepay), h5Url: null } };
  }
  const prepay = (await h5(ctx.ip)).h5Url;
  return { prepay, answer: { jsapi: null, h5Url: `${prepay}&redirect_url=${encodeURIComponent(returnUrl)}` } };
}

async function prepare(ctx: Context, order: PayableRow, payment: PaymentRow, method: 'jsapi' | 'h5', returnUrl: string) {
  const pay = wechatPay(ctx.config.wechat);
  const common = {
    paymentId: payment.paymentId, subMchid: payment.subMchid, amountFen: payment.amountFen, subsidyFen: order.subsidyFen, description: order.title, expiresAtMs: payment.expiresAtMs,
    notifyUrl: `${ctx.config.publicUrl}/api/provider/wechat-pay/payments`,
  };
  const { prepay, answer } = await prepareBy(ctx, method, {
    known: payment.prepay, openid: order.openid, returnUrl, jsapi: (openid) => pay.prepareJsapi({ ...common, openid }), h5: (clientIp) => pay.prepareH5({ ...common, clientIp }),
  });
  return ctx.db.call<typeof answer>('payments_prepared', { idem: ctx.idem, paymentId: payment.paymentId, method, prepay, answer });
}

/** Only back to ourselves: a foreign address is replaced by our own page. */
export function backToUs(ctx: Context, wanted: string | undefined, page: string): string {
  const { publicUrl } = ctx.config;
  return wanted && (wanted === publicUrl || wanted.startsWith(`${publicUrl}/`)) ? wanted : `${publicUrl}${page}`;
}

/** The person came back from the cashier: ask WeChat now instead of waiting for its notice. */
export const checkPayment: Story<'checkPayment'> = async (ctx, { params }) => {
  const { personId } = me(ctx);
  const order = (await findOwnOrder(ctx.db, params.orderId, personId)) ?? refuse('NOT_FOUND');
  if (order.state === 'unpaid' && order.purchaseId) await askPurchase(ctx, (await findPurchase(ctx.db, order.purchaseId, personId))!);
  else if (order.state === 'unpaid') await askAll(ctx, order.orderId);
  const { state } = (await findOwnOrder(ctx.db, params.orderId, personId))!;
  // Should it be paid after this read, the answer still fits together (unpaid, no voucher) and the app asks again.
  return { state, voucherId: state === 'unpaid' ? null : await findLiveVoucherId(ctx.db, order.orderId) };
};

export const cancelOrder: Story<'cancelOrder'> = async (ctx, { params }) => {
  const order = (await findOwnOrder(ctx.db, params.orderId, me(ctx).personId)) ?? refuse('NOT_FOUND');
  if (order.purchaseId && order.state === 'unpaid') refuse('PURCHASE_TOGETHER', { purchaseId: order.purchaseId });
  return ctx.db.call('orders_end', { idem: ctx.idem, orderId: params.orderId, to: 'cancelled' });
};

/** Asks WeChat about each open intent of the order; a success is taken. */
export async function askAll(app: App, orderId: string): Promise<void> {
  for (const payment of await listPayments(app.db, orderId)) if (payment.state !== 'succeeded') await askPayment(app, payment);
}
/** Asks WeChat about one intent, alone or with the orders that it was combined with. true: it was paid, and that counts. */
export async function askPayment(app: App, payment: PaymentRow): Promise<boolean> {
  if (payment.combineNo) return askCombined(app, payment.combineNo);
  const told = await wechatPay(app.config.wechat).findPayment(payment.paymentId, payment.subMchid);
  return told?.state === 'SUCCESS' && counts(await markPaid(app, told));
}

/** Closes an intent at WeChat; when it was paid meanwhile (true), takes the payment instead. */
function closeOrPay(app: App, { paymentId }: PaymentRow): Promise<boolean> {
  return decided(async () => {
    const payment = (await findPayment(app.db, paymentId))!;
    if (payment.state === 'closed' || payment.state === 'succeeded') return payment.state === 'succeeded';
    try {
      await wechatPay(app.config.wechat).closePayment(paymentId, payment.subMchid);
      // What WeChat did not know yet may have been prepared there since: then it is closed there once more.
      await app.db.call('payments_closed', { paymentId, from: payment.state });
      return false;
    } catch (error) {
      if (!isPaidThere(error)) throw error;
      return askPayment(app, payment);
    }
  });
}

/**
 * F-05: looks at 30 s, 2 min and 10 min whether an unanswered payment arrived, and ends the order at its expiry.
 * At expiry WeChat is asked last; when it cannot be reached the order ends all the same, and a late success is refunded (F-03).
 * Answers when to look again, in ms.
 */
export async function watchOrder(app: App, orderId: string): Promise<number | null> {
  const order = await findOrder(app.db, orderId);
  if (!order || order.state !== 'unpaid') return null;
  const isOver = order.nowMs >= order.expiresAtMs;
  try {
    await askAll(app, orderId);
  } catch (error) {
    // F-18: a seat is not given up while WeChat cannot say whether it was paid.
    if (!(error instanceof Unavailable && error.kind === 'PROVIDER_DOWN') || !isOver || order.groupId) throw error;
  }
  if (isOver) {
    await app.db.call('orders_end', { orderId, to: 'expired' });
    return null;
  }
  return lookAgain(order);
}

/** When to look next: at the set times after placing, and at the expiry. */
export function lookAgain({ nowMs, placedAtMs, expiresAtMs }: { nowMs: number; placedAtMs: number; expiresAtMs: number }): number {
  const age = nowMs - placedAtMs;
  const next = PAYMENT_QUERY_DELAYS_MS.find((delay) => delay > age) ?? Infinity;
  return Math.max(1, Math.min(next - age, expiresAtMs - nowMs));
}

/** The order ended unpaid: its intents are closed at WeChat, so that nobody can pay them any more. */
export async function closePayments(app: App, orderId: string): Promise<null> {
  for (const payment of await listPayments(app.db, orderId)) {
    if (payment.state === 'created' || payment.state === 'prepared') await closeOrPay(app, payment);
  }
  return null;
}
