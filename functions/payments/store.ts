/** The payments module's SQL, one named function per statement. */
import { PURCHASE_ORDERS_MAX } from '../contract/limits';
import type { PaymentState } from '../contract/states';
import type { Db } from '../kernel';

export interface PaymentRow {
  paymentId: string; orderId: string; subMchid: string; state: PaymentState; amountFen: number; currency: string; method: 'jsapi' | 'h5' | null;
  combineNo: string | null; prepay: string | null; transactionId: string | null; payerOpenid: string | null; expiresAtMs: number;
}
/** A payment's columns as a PaymentRow; also for the set functions payments_find and payments_of. */
export const PAYMENT_ROW = `payment_id AS "paymentId", order_id AS "orderId", sub_mchid AS "subMchid", state, amount_fen AS "amountFen", currency, method, combine_no AS "combineNo", prepay,
  transaction_id AS "transactionId", payer_openid AS "payerOpenid", ms_of(expires_at) AS "expiresAtMs"`;

export async function findPayment(db: Db, paymentId: string): Promise<PaymentRow | null> {
  return (await db.query<PaymentRow>(`SELECT ${PAYMENT_ROW} FROM payment WHERE payment_id = $1`, [paymentId]))[0] ?? null;
}
/** Of some lines of a bill; what nobody knows is left out. */
export function findPayments(db: Db, paymentIds: readonly string[]): Promise<PaymentRow[]> {
  return db.query<PaymentRow>(`SELECT ${PAYMENT_ROW} FROM payment WHERE payment_id = ANY ($1::text[])`, [paymentIds]);
}
/** Oldest first. */
export function listPayments(db: Db, orderId: string): Promise<PaymentRow[]> {
  return db.query<PaymentRow>(`SELECT ${PAYMENT_ROW} FROM payment WHERE order_id = $1 ORDER BY created_at, payment_id`, [orderId]);
}
/** All of one combined payment. */
export function listCombined(db: Db, combineNo: string): Promise<PaymentRow[]> {
  return db.query<PaymentRow>(`SELECT ${PAYMENT_ROW} FROM payment WHERE combine_no = $1 ORDER BY payment_id LIMIT ${PURCHASE_ORDERS_MAX}`, [combineNo]);
}
/** The payment that made the order paid: its money is held, split and given back. Any other that succeeded is unwanted. */
export async function findKeptPayment(db: Db, orderId: string): Promise<PaymentRow | null> {
  return (await db.query<PaymentRow>(`SELECT ${PAYMENT_ROW} FROM payment WHERE order_id = $1 AND state = 'succeeded' AND NOT unwanted`, [orderId]))[0] ?? null;
}
export async function findNotice(db: Db, noticeId: string): Promise<{ kind: string; content: unknown } | null> {
  return (await db.query<{ kind: string; content: unknown }>('SELECT kind, content FROM provider_notice WHERE notice_id = $1', [noticeId]))[0] ?? null;
}
/** Our payments that succeeded on a day (Asia/Shanghai), to look for them in that day's bill. */
export function listDayPayments(db: Db, date: string) {
  return db.query<{ paymentId: string }>(
    `SELECT payment_id AS "paymentId" FROM payment WHERE state = 'succeeded' AND succeeded_at >= $1::date::timestamp AT TIME ZONE 'Asia/Shanghai'
       AND succeeded_at < ($1::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' ORDER BY payment_id LIMIT 1000000`, [date]);
}
