/**
 * WeChat's bill of yesterday against our payments and refunds. Guards I-26, F-05, F-38: a payment that we never heard of is
 * asked for and taken; what stays unexplained is an alarm, never a posting.
 */
import { BILL_LINES_AT_ONCE } from '../contract/limits';
import { type App } from '../kernel';
import { findPayment, findPayments, listDayPayments, wechatPay, type BillLine } from '../payments';
import { askPayment } from '../orders';
import { findRefund, findRefunds, listUnbilled, settleRefund } from '../refunds';

/** Numbers that an alarm names. */
const NAMED = 20;

/** `date` is a day in Shanghai, such as 2026-11-19. */
export async function reconcileBill(app: App, date: string): Promise<null> {
  const pay = wechatPay(app.config.wechat);
  const lines = await pay.tradeBill(date);
  const ids: string[] = [];
  for (let at = 0; at < lines.length; at += BILL_LINES_AT_ONCE) {
    const some = lines.slice(at, at + BILL_LINES_AT_ONCE);
    const isPlain = await plain(app, some);
    for (const line of some) if (!isPlain(line) && !(await explain(app, line))) ids.push(line.refundId ?? line.paymentId);
    const refundIds = some.flatMap((line) => line.refundId ?? []);
    if (refundIds.length > 0) await app.db.call('refunds_billed', { date, refundIds });
  }
  // The other way round: what we hold as paid that day, or as given back, and WeChat does not list.
  const listed = new Set(lines.filter((line) => line.kind === 'payment').map((line) => line.paymentId));
  for (const { paymentId } of await listDayPayments(app.db, date)) if (!listed.has(paymentId)) ids.push(paymentId);
  for (const { refundId } of await listUnbilled(app.db, date)) ids.push(refundId);
  const sum = (kind: BillLine['kind']) => lines.filter((l) => l.kind === kind).reduce((a, l) => a + l.amountFen, 0);
  await app.db.call('settlement_reconciled', {
    date, lines: lines.length, unexplained: ids.length, ids: ids.slice(0, NAMED), paymentsFen: sum('payment'), refundsFen: sum('refund'),
  });
  return null;
}

/**
 * Which lines say exactly what we know: nearly all. They are read together, since one by one a busy day's bill would outlast the lease of
 * its fact, time and again, until it is parked.
 */
async function plain(app: App, lines: readonly BillLine[]): Promise<(line: BillLine) => boolean> {
  const payments = new Map((await findPayments(app.db, lines.map((line) => line.paymentId))).map((row) => [row.paymentId, row]));
  const refunds = new Map((await findRefunds(app.db, lines.flatMap((line) => line.refundId ?? []))).map((row) => [row.refundId, row]));
  return (line) => {
    const payment = payments.get(line.paymentId);
    if (line.kind === 'payment') return payment?.state === 'succeeded' && payment.transactionId === line.transactionId && payment.amountFen === line.amountFen;
    const refund = refunds.get(line.refundId ?? '');
    return payment !== undefined && refund?.state === 'succeeded' && refund.amountFen === line.amountFen;
  };
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
    if (!told) return false;
    await settleRefund(app, told);
  }
  return true;
}
