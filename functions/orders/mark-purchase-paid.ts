/**
 * A combined payment in one save: every order of the purchase is paid, or none. Guards I-04, I-09, F-01, F-03, F-16, F-33, F-34,
 * What WeChat says must fit order by order, and be exactly the orders that we asked for; else all of it is kept aside.
 * A crash before the save leaves everything as it was (WeChat repeats); after it, the repeat changes nothing.
 */
import { decided, type App } from '../kernel';
import { decideMismatch, listCombined, providerCombinedOf, wechatPay, type ProviderCombined, type ProviderNotice, type ProviderPayment } from '../payments';
import { counts, paidOf, quarantine, type PaidOutcome } from './mark-paid';
import { findPaid, type PurchaseRow } from './store';

export async function payPurchaseFromNotice(app: App, notice: ProviderNotice): Promise<void> {
  const subject = String(notice.content.combine_out_trade_no ?? `notice ${notice.noticeId}`);
  const proof = { noticeId: notice.noticeId, kind: notice.kind, subject, content: notice.content };
  let told: ProviderCombined;
  try {
    told = providerCombinedOf(notice.content);
  } catch {
    return void (await quarantine(app, { ...notice.content, paymentId: subject, transactionId: '' }, 'unreadable', proof));
  }
  if (isPaid(told)) await markPurchasePaid(app, told, proof);
}

/** WeChat takes all or nothing: one sub-order that is paid means that all are. */
const isPaid = (told: ProviderCombined): boolean => told.payments.some(({ state }) => state === 'SUCCESS');

/** Asks WeChat about each combined payment that may have been paid; a success is taken. */
export async function askPurchase(app: App, { combined }: PurchaseRow): Promise<void> {
  for (const { combineNo, state } of combined) if (state !== 'succeeded') await askCombined(app, combineNo);
}
/** true: it was paid, and that counts. */
export async function askCombined(app: App, combineNo: string): Promise<boolean> {
  const told = await wechatPay(app.config.wechat).findCombined(combineNo);
  return told !== null && isPaid(told) && counts(await markPurchasePaid(app, told));
}

/** @throws Unavailable when the database is; nothing is half done then. */
function markPurchasePaid(app: App, told: ProviderCombined, notice: object | null = null): Promise<PaidOutcome> {
  const keepAside = (reason: string) => quarantine(app, { ...told, paymentId: told.combineNo, transactionId: '' }, reason, notice);
  return decided(async () => {
    const intents = await listCombined(app.db, told.combineNo);
    if (intents.length === 0) return keepAside('no such intent');
    const answers = new Map(told.payments.map((payment) => [payment.paymentId, payment]));
    if (answers.size !== intents.length || intents.some(({ paymentId }) => !answers.has(paymentId))) return keepAside('other orders than we asked for');
    if (intents.every((intent) => intent.state === 'succeeded' && intent.transactionId === answers.get(intent.paymentId)!.transactionId)) return 'repeat';
    for (const intent of intents) {
      const payment = answers.get(intent.paymentId)!;
      const mismatch = intent.state === 'succeeded' ? 'another transaction' : payment.state !== 'SUCCESS' ? `${payment.state} beside orders that are paid` : decideMismatch(intent, payment, app.config.wechat);
      if (mismatch) return keepAside(`${intent.paymentId}: ${mismatch}`);
    }
    const payments = await Promise.all(intents.map(({ paymentId }) => saved(app, answers.get(paymentId)!)));
    const { outcome } = await app.db.call<{ outcome: PaidOutcome }>('orders_pay_purchase', { purchaseId: payments[0]!.purchaseId, notice, payments });
    return outcome;
  }).catch((error: { code?: string; constraint?: string }) => {
    // I-09: a transaction of it was recorded under another intent. That is not ours to guess about.
    if (error.code === '23505' && /transaction_id/.test(error.constraint ?? '')) return keepAside('transaction of another intent');
    throw error;
  });
}

async function saved(app: App, told: ProviderPayment) {
  const order = (await findPaid(app.db, told.paymentId))!;
  return { ...(await paidOf(app, order, told, null)), purchaseId: order.purchaseId };
}
