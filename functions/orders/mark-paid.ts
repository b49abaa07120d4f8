/**
 * From WeChat's word to the voucher in one save: paid once, journal, vouchers, expected reward. Guards I-04, I-09, I-13,
 * F-01 … F-05, F-16, F-33, F-34, A-28. Used by the notice and by every query; both bring the same content.
 * A crash before the save leaves everything as it was (WeChat repeats); after it, the repeat changes nothing.
 */
import { feeFen } from '../contract/money';
import { decided, type App } from '../kernel';
import { decideMismatch, providerPaymentOf, type ProviderNotice, type ProviderPayment } from '../payments';
import { decideOrderReward } from '../referrals';
import { decideSeatPayment } from './group-orders';
import { findPaid, type PaidRow } from './store';
import { drawVouchers } from './vouchers';

export type PaidOutcome = 'paid' | 'repeat' | 'late' | 'double' | 'quarantined';
/** The order is paid by it, from now on or already. */
export const counts = (outcome: PaidOutcome): boolean => outcome === 'paid' || outcome === 'repeat';

/** The notice of a payment, verified and decrypted. Unknown intents are quarantined, not guessed. */
export async function payFromNotice(app: App, notice: ProviderNotice): Promise<void> {
  const told = readPayment(notice);
  const subject = told?.paymentId ?? `notice ${notice.noticeId}`;
  const proof = { noticeId: notice.noticeId, kind: notice.kind, subject, content: notice.content };
  // Signed by WeChat, yet not what its documents say: kept for a person to look at, never guessed, and not asked for again.
  if (!told) return void (await quarantine(app, { paymentId: subject, transactionId: '', ...notice.content }, 'unreadable', proof));
  if (told.state === 'SUCCESS') await markPaid(app, told, proof);
}

function readPayment(notice: ProviderNotice): ProviderPayment | null {
  try {
    return providerPaymentOf(notice.content);
  } catch {
    return null;
  }
}

/** @throws Unavailable when the database is; nothing is half done then. */
export function markPaid(app: App, told: ProviderPayment, notice: object | null = null): Promise<PaidOutcome> {
  return decided(async () => {
    const order = await findPaid(app.db, told.paymentId);
    if (!order) return quarantine(app, told, 'no such intent', notice);
    const { payment } = order;
    if (payment.state === 'succeeded' && payment.transactionId === told.transactionId) return 'repeat';
    const mismatch = payment.state === 'succeeded' ? 'another transaction' : decideMismatch(payment, told, app.config.wechat);
    if (mismatch) return quarantine(app, told, mismatch, notice);
    const { outcome } = await app.db.call<{ outcome: PaidOutcome }>('orders_mark_paid', await paidOf(app, order, told, notice));
    return outcome;
  }).catch((error: { code?: string; constraint?: string }) => {
    // I-09: this transaction was recorded under another intent. That is not ours to guess about.
    if (error.code === '23505' && /transaction_id/.test(error.constraint ?? '')) return quarantine(app, told, 'transaction of another intent', notice);
    throw error;
  });
}

/** All that the save of a paid order takes. */
export async function paidOf(app: App, order: PaidRow, told: ProviderPayment, notice: object | null) {
  const isUnpaid = order.state === 'unpaid';
  const group = isUnpaid && order.groupId ? await decideSeatPayment(app, order, told.successAtMs!) : null;
  // Who completes a ladder group pays its last price: their sharer is told that rebate at once, not a higher one first.
  const ladderFen = group?.orders.find(({ orderId }) => orderId === order.orderId)?.ladderFen ?? 0;
  const reward = isUnpaid ? await decideOrderReward(app.db, { ...order, payableFen: order.payableFen - ladderFen }, told.payerOpenid) : null;
  return {
    paymentId: told.paymentId, orderId: order.orderId, transactionId: told.transactionId, payerOpenid: told.payerOpenid, successAtMs: told.successAtMs, notice,
    providerFeeFen: feeFen(order.payableFen, app.config.providerFeeBps), vouchers: group ? [] : drawVouchers(order), reward, group, shareToken: reward?.token ?? null,
  };
}

export async function quarantine(app: App, told: { paymentId: string; transactionId: string }, reason: string, notice: object | null): Promise<PaidOutcome> {
  app.log.error({ paymentId: told.paymentId, reason }, 'payment quarantined');
  await app.db.call('payments_quarantine', { subject: told.transactionId || told.paymentId, reason, content: told, notice });
  return 'quarantined';
}
