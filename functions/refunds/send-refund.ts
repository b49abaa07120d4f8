/**
 * Sends a refund that is booked, and follows it until it arrived. Guards F-04, F-08, F-27: the number never changes, so a
 * crash after WeChat accepted it ends in the same one refund. F-36: refunds take turns, at a pace that is one row in the database;
 * after an error it is the slow one for a while.
 */
import { REFUND_QUERY_DELAYS_MS, REFUND_SLOW_MS, REFUND_TURN_MS, REFUNDS_PER_SECOND, REFUNDS_PER_SECOND_AFTER_ERROR } from '../contract/limits';
import { ProviderRefused, Unavailable, type App } from '../kernel';
import { findPayment, wechatPay, type ProviderRefund } from '../payments';
import { findRefund } from './store';

const PACE = { stepMs: 1_000 / REFUNDS_PER_SECOND, slowStepMs: 1_000 / REFUNDS_PER_SECOND_AFTER_ERROR, turnMs: REFUND_TURN_MS };
const REASONS: Record<string, string> = { expired: '过期自动退款', after_sale: '售后退款', group_failed: '未成团退款', group_left: '退出拼团退款', ladder: '阶梯价差额退款', late_payment: '订单已关闭退款', double_payment: '重复付款退款' };

/** Answers when to look again, in ms, or null when it is over. */
export async function sendRefund(app: App, refundId: string): Promise<number | null> {
  const refund = await findRefund(app.db, refundId);
  if (!refund || !refund.funded || refund.state === 'succeeded' || refund.state === 'declined' || refund.state === 'requested') return null;
  const payment = await findPayment(app.db, refund.paymentId);
  if (!payment?.transactionId) return REFUND_QUERY_DELAYS_MS[0]; // F-04: waits behind its payment
  const pay = wechatPay(app.config.wechat);
  if (refund.state !== 'sent') {
    const { waitMs } = await app.db.call<{ waitMs: number }>('refunds_take_turn', { refundId, ...PACE });
    if (waitMs > 0) return waitMs;
  }
  try {
    // What WeChat refused before (a merchant without enough money) it does not know: the same number is sent again.
    const asked = refund.state === 'accepted' ? null : await pay.findRefund(refundId, payment.subMchid);
    const told = asked ?? await pay.refund({
      refundId, transactionId: payment.transactionId, subMchid: payment.subMchid, amountFen: refund.amountFen, totalFen: payment.amountFen, reason: REASONS[refund.kind] ?? '未使用退款',
      notifyUrl: `${app.config.publicUrl}/api/provider/wechat-pay/refunds`,
    });
    await settleRefund(app, told);
    if (told.state === 'SUCCESS') return null;
  } catch (error) {
    if (error instanceof ProviderRefused || (error instanceof Unavailable && error.kind === 'PROVIDER_DOWN')) await app.db.call('refunds_slow_down', { ...PACE, slowMs: REFUND_SLOW_MS });
    if (!(error instanceof ProviderRefused)) throw error;
    // A definite no, such as a merchant without enough money: a person looks, and we try again with the same number.
    await app.db.call('refunds_sent', { refundId, to: 'stuck', why: error.message });
  }
  const age = refund.sentAtMs === null ? 0 : refund.nowMs - refund.sentAtMs;
  return REFUND_QUERY_DELAYS_MS.find((delay) => delay > age) ?? REFUND_QUERY_DELAYS_MS.at(-1)!;
}

/**
 * What WeChat says of a refund, from a notice or a query. Repeats change nothing.
 * @throws Unavailable for a refund that we do not know: its notice waits behind the payment (F-04); in the end it is an alarm.
 */
export async function settleRefund(app: App, told: ProviderRefund): Promise<void> {
  const refund = await findRefund(app.db, told.refundId);
  if (!refund) throw new Unavailable(`a refund that we do not know (yet): ${told.refundId}`);
  if (told.state === 'SUCCESS' && told.amountFen === refund.amountFen) {
    await app.db.call('refunds_succeed', { refundId: told.refundId, providerId: told.providerId });
    return;
  }
  const isStuck = told.state === 'ABNORMAL' || told.state === 'CLOSED' || told.amountFen !== refund.amountFen;
  await app.db.call('refunds_sent', { refundId: told.refundId, providerId: told.providerId, to: isStuck ? 'stuck' : 'sent', why: told.state });
}
