/**
 * After-sale of a used voucher: the guest asks within 30 days, the merchant answers within 48 h, silence accepts; after a no once more.
 * Guards I-15, I-18 (the reward waits), F-14, A-06. Money moves only after acceptance (settlement funds it from the split).
 */
import { AFTER_SALE_ANSWER_MS, AFTER_SALE_TRIES, AFTER_SALE_WINDOW_MS } from '../contract/limits';
import { decided, me, myStaff, newId, refuse, replayed, type App, type Idempotency, type Story } from '../kernel';
import { findManagers } from '../merchants';
import { findOrder } from '../orders';
import { findKeptPayment } from '../payments';
import { findSet, findVoucher, listOrderRedemptions, listVouchers } from '../vouchers';
import { findMerchantRefund, findOpenAfterSale, findRefund, type RefundRow } from './store';

export const requestAfterSale: Story<'requestAfterSale'> = (ctx, { params, body }) =>
  replayed(ctx, () => decided(async () => {
    const voucher = await findVoucher(ctx.db, params.voucherId);
    if (!voucher || voucher.ownerId !== me(ctx).personId) refuse('NOT_FOUND');
    if (voucher.state !== 'redeemed') refuse('REFUND_STATE');
    const used = (await listOrderRedemptions(ctx.db, voucher.orderId)).find((r) => r.redemptionId === voucher.redemptionId);
    if (!used || used.nowMs >= used.redeemedAtMs + AFTER_SALE_WINDOW_MS) refuse('AFTER_SALE_TOO_LATE');
    const [order, payment, managers] = await Promise.all([findOrder(ctx.db, voucher.orderId), findKeptPayment(ctx.db, voucher.orderId), findManagers(ctx.db, voucher.merchantId, used.storeId)]);
    return ctx.db.call('refunds_request', {
      idem: ctx.idem, refundId: newId('rfd'), orderId: voucher.orderId, paymentId: payment!.paymentId, merchantId: voucher.merchantId,
      buyerId: voucher.ownerId, amountFen: voucher.paidFen, voucherId: voucher.voucherId, reason: body.reason, answerMs: AFTER_SALE_ANSWER_MS, usedAtMs: used.redeemedAtMs, most: AFTER_SALE_TRIES, managerIds: managers, title: order!.title,
    });
  }));

export const answerAfterSale: Story<'answerAfterSale'> = (ctx, { params, body }) =>
  replayed(ctx, async () => {
    const staff = myStaff(ctx);
    const refund = (await findMerchantRefund(ctx.db, params.refundId, staff.merchantId)) ?? refuse('NOT_FOUND');
    // only where it was served, also after it was answered; what an undo took back is answered by nobody.
    const served = (await listOrderRedemptions(ctx.db, refund.orderId)).filter((r) => refund.voucherIds.includes(r.voucherId) && !r.undoneAtMs).at(-1);
    if (served?.storeId !== staff.storeId) refuse('NOT_FOUND');
    return answer(ctx, params.refundId, { accept: body.accept, words: body.reason, by: staff.staffId, idem: ctx.idem });
  });

/** 48 h passed without an answer: accepted. */
export async function answerLate(app: App, refundId: string): Promise<number | null> {
  const refund = await findRefund(app.db, refundId);
  if (refund?.state !== 'requested') return null;
  if (refund.nowMs < refund.answerByMs!) return refund.answerByMs! - refund.nowMs;
  await answer(app, refundId, (await isStillUsed(app, refund)) ? { accept: true, words: '', by: 'time', idem: null } : UNDONE);
  return null;
}

/** The redemption of an order was undone while its after-sale waited: the voucher can be used or refunded again, so nothing is left to answer. */
export async function dropUndoneAfterSale(app: App, orderId: string): Promise<null> {
  const refund = await findOpenAfterSale(app.db, orderId);
  if (refund && !(await isStillUsed(app, refund))) await answer(app, refund.refundId, UNDONE);
  return null;
}
const UNDONE = { accept: false, words: '', by: 'undo', idem: null };
const isStillUsed = async (app: App, refund: RefundRow) => (await listVouchers(app.db, refund.orderId)).every((v) => !refund.voucherIds.includes(v.voucherId) || v.state === 'redeemed');

function answer(app: App, refundId: string, a: { accept: boolean; words: string; by: string; idem: Idempotency | null }): Promise<{ ok: true }> {
  return decided(async () => {
    const refund = (await findRefund(app.db, refundId))!;
    const [set, order] = await Promise.all([findSet(app.db, refund.orderId), findOrder(app.db, refund.orderId)]);
    // Undone since it was looked at: nothing is left to accept, and the reaction to the undo says so to the guest.
    if (a.accept && !(await isStillUsed(app, refund))) refuse('REFUND_STATE');
    return app.db.call('refunds_answer', { idem: a.idem, refundId, accept: a.accept, answer: a.words, by: a.by, setVersion: set!.version, refundedFen: order!.refundedFen });
  });
}
