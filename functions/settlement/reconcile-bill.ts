/**
 * WeChat's bill of yesterday against our payments and refunds. Guards I-26, F-05, F-38: a payment that we never heard of is
 * asked for and taken; what stays unexplained is an alarm, never a posting.
 */
import { type App } from '../kernel';
import { findPayment, listDayPayments, wechatPay, type BillLine } from '../payments';
import { askPayment } from '../orders';
import { findRefund, settleRefund } from '../refunds';

/** `date` is a day in Shanghai, such as 2026-11-19. */
export async function reconcileBill(app: App, date: string): Promise<null> {
  const pay = wechatPay(app.config.wechat);
  const lines = await pay.tradeBill(date);
  let unexplained = 0;
  for (const line of lines) if (!(await explain(app, line))) unexplained += 1;
  // The other way round: what we hold as paid that day and WeChat does not list.
  const listed = new Set(lines.filter((line) => line.kind === 'payment').map((line) => line.paymentId));
  for (const payment of await listDayPayments(app.db, date)) if (!listed.has(payment.paymentId)) unexplained += 1;
  const sum = (kind: BillLine['kind']) => lines.filter((l) => l.kind === kind).reduce((a, l) => a + l.amountFen, 0);
  await app.db.call('settlement_reconciled', { date, lines: lines.length, unexplained, paymentsFen: sum('payment'), refundsFen: sum('refund') });
  return null;
}

async function explain(app: App, line: BillLine): Promise<boolean> {
  const pay = wechatPay(app.config.wechat);
  const payment = await findPayment(app.db, line.paymentId);
  if (!payment) return false;
  if (line.kind === 'payment') {
    if (payment.state !== 'succeeded') await askPayment(app, payment); // nobody told us of it
    const now = await findPayment(app.db, line.paymentId);
    return now?.state === 'succeeded' && now.transactionId === line.transactionId && now.amountFen === line.amountFen;
  }
  if (!line.refundId) return false;
  const refund = await findRefund(app.db, line.refundId);
  if (!refund || refund.amountFen !== line.amountFen) return false;
  if (refund.state !== 'succeeded') {
    const told = await pay.findRefund(refund.refundId, payment.subMchid);
    if (told) await settleRefund(app, told);
  }
  return true;
}
