/**
 * 随时退: unused vouchers go back any time; 过期退: on their own when validity ends. One save voids, counts, posts and
 * emits; sending follows. Guards I-07, I-13, I-15, F-14, F-15.
 */
import { REWARD_HOLD_MS, SPLIT_DELAY_MS } from '../contract/limits';
import { Changed, decided, me, newId, refuse, replayed, type App, type Context, type Idempotency, type Story } from '../kernel';
import { findOrder, findOwnOrder, type OrderRow } from '../orders';
import { findKeptPayment, findPayment } from '../payments';
import { findRewardOfOrder } from '../referrals';
import { decideRewardFen, findSet, listOrderRedemptions, listVouchers, standingFen } from '../vouchers';
import { decideEnd, decideFeeBack } from './rules';
import { findFundedAfterSales } from './store';

export const requestRefund: Story<'requestRefund'> = (ctx, { params, body }) =>
  replayed(ctx, () => decided(async () => {
    const order = (await findOwnOrder(ctx.db, params.orderId, me(ctx).personId)) ?? refuse('NOT_FOUND');
    const answer = await openRefund(ctx, order, { wanted: [...new Set(body.voucherIds)], kind: 'unused', reason: body.reason, idem: ctx.idem });
    return answer ?? refuse('NOTHING_TO_REFUND');
  }));

/** All live vouchers of the order, when their validity ended. Answers null: nothing more to do. */
export function expireVouchers(app: App, orderId: string): Promise<number | null> {
  return decided(async () => {
    const order = await findOrder(app.db, orderId);
    const vouchers = (await listVouchers(app.db, orderId)).filter((v) => v.state === 'issued');
    const first = vouchers[0];
    if (!order || !first) return null;
    if (first.nowMs < first.validUntilMs) return first.validUntilMs - first.nowMs;
    const opened = await openRefund(app, order, { wanted: vouchers.map((v) => v.voucherId), kind: 'expired', reason: 'expired', idem: null });
    if (!opened) throw new Changed('vouchers'); // one of them was given back meanwhile: the others still go back
    return null;
  });
}

interface Wish { wanted: string[]; kind: 'unused' | 'expired'; reason: string; idem: Idempotency | null }

async function openRefund(app: App | Context, order: OrderRow, { wanted, kind, reason, idem }: Wish) {
  // The set first: its version guards all that is read after it.
  const set = await findSet(app.db, order.orderId);
  const [vouchers, reward, payment, redemptions, taken] = await Promise.all([
    listVouchers(app.db, order.orderId), findRewardOfOrder(app.db, order.orderId), findKeptPayment(app.db, order.orderId), listOrderRedemptions(app.db, order.orderId),
    findFundedAfterSales(app.db, order.orderId),
  ]);
  const chosen = vouchers.filter((v) => wanted.includes(v.voucherId) && v.state === 'issued');
  if (!set || chosen.length === 0 || chosen.length !== wanted.length) return null;
  const amountFen = chosen.reduce((sum, v) => sum + v.paidFen, 0);
  const leftFen = standingFen(vouchers) - amountFen;
  // What an after-sale takes back counts as kept until it is funded: its part of the fee comes back with that.
  const servedFen = redemptions.filter((r) => !r.undoneAtMs).reduce((sum, r) => sum + r.paidFen, 0);
  const keptFen = vouchers.filter((v) => v.state === 'issued').reduce((sum, v) => sum + v.paidFen, servedFen - taken.fen);
  return app.db.call<{ refundId: string; amountFen: number }>('refunds_open', {
    idem, refundId: newId('rfd'), orderId: order.orderId, paymentId: payment!.paymentId, merchantId: order.merchantId, buyerId: order.buyerId, dealId: order.dealId, groupId: order.groupId, kind, reason, amountFen,
    feeBackFen: decideFeeBack(keptFen, amountFen, app.config.providerFeeBps), voucherIds: chosen.map((v) => v.voucherId), setVersion: set.version, refundedFen: order.refundedFen,
    ...decideEnd(set, chosen.length, servedFen, taken.fen), rewardPaidFen: leftFen, rewardFen: decideRewardFen(leftFen, reward), holdMs: REWARD_HOLD_MS, splitDelayMs: SPLIT_DELAY_MS, title: order.title,
  });
}

/** F-03, F-34: a payment after the order ended, or a second one, goes back in full. */
export async function refundUnwanted(app: App, paymentId: string, kind: 'late_payment' | 'double_payment'): Promise<null> {
  const payment = (await findPayment(app.db, paymentId))!;
  const order = (await findOrder(app.db, payment.orderId))!;
  // The number follows from the payment's, so a second run opens no second refund.
  await app.db.call('refunds_open_unwanted', {
    refundId: `rfd_${paymentId.slice(4)}`, orderId: order.orderId, paymentId, merchantId: order.merchantId, buyerId: order.buyerId, kind, amountFen: payment.amountFen,
  });
  return null;
}
