/** The refunds module's SQL, one named function per statement. */
import { BILL_SLACK_MS } from '../contract/limits';
import type { RefundState } from '../contract/states';
import type { Db } from '../kernel';

export interface RefundRow {
  refundId: string; orderId: string; paymentId: string; merchantId: string; kind: string; state: RefundState; amountFen: number; voucherIds: string[];
  funded: boolean; providerId: string | null; sentAtMs: number | null; answerByMs: number | null; nowMs: number;
}
const REFUND = `refund_id AS "refundId", order_id AS "orderId", payment_id AS "paymentId", merchant_id AS "merchantId", kind, state, amount_fen AS "amountFen",
  voucher_ids AS "voucherIds", funded, provider_id AS "providerId", ms_of(sent_at) AS "sentAtMs", ms_of(answer_by) AS "answerByMs", ms_of(juke_now()) AS "nowMs"`;

export async function findRefund(db: Db, refundId: string): Promise<RefundRow | null> {
  return (await db.query<RefundRow>(`SELECT ${REFUND} FROM refund WHERE refund_id = $1`, [refundId]))[0] ?? null;
}
/** Of some lines of a bill; what nobody knows is left out. */
export function findRefunds(db: Db, refundIds: readonly string[]): Promise<RefundRow[]> {
  return db.query<RefundRow>(`SELECT ${REFUND} FROM refund WHERE refund_id = ANY ($1::text[])`, [refundIds]);
}
/**
 * Refunds that arrived and that no bill lists, from the day they were sent to the day they arrived: WeChat may list one that takes days (a
 * bank card) on either. Days are compared in any order after a stop, so whichever is the last of them tells. Just before midnight a refund
 * may be the next day's by WeChat's clock.
 */
export function listUnbilled(db: Db, date: string): Promise<{ refundId: string }[]> {
  return db.query<{ refundId: string }>(
    `SELECT refund_id AS "refundId" FROM refund,
       LATERAL (SELECT (sent_at AT TIME ZONE 'Asia/Shanghai')::date AS first, ((ended_at + interval '${BILL_SLACK_MS} ms') AT TIME ZONE 'Asia/Shanghai')::date AS last) d
     WHERE state = 'succeeded' AND billed_on IS NULL AND $1::date BETWEEN d.first AND d.last AND payments_compared(d.first, d.last, $1::date)
     ORDER BY refund_id LIMIT 1000000`, [date]);
}
/** I-23: of this merchant only. */
export async function findMerchantRefund(db: Db, refundId: string, merchantId: string): Promise<RefundRow | null> {
  return (await db.query<RefundRow>(`SELECT ${REFUND} FROM refund WHERE refund_id = $1 AND merchant_id = $2`, [refundId, merchantId]))[0] ?? null;
}
/** The after-sale of the order that waits for its answer; there is one at most. */
export async function findOpenAfterSale(db: Db, orderId: string): Promise<RefundRow | null> {
  return (await db.query<RefundRow>(`SELECT ${REFUND} FROM refund WHERE order_id = $1 AND state = 'requested'`, [orderId]))[0] ?? null;
}
/** What after-sales of the order took back already, from frozen money or from the split; each is of one voucher. */
export async function findFundedAfterSales(db: Db, orderId: string): Promise<{ fen: number; voucherIds: string[] }> {
  return (await db.query<{ fen: number; voucherIds: string[] }>(
    `SELECT coalesce(sum(amount_fen), 0)::bigint AS fen, coalesce(array_agg(voucher_ids[1]), '{}') AS "voucherIds" FROM refund WHERE order_id = $1 AND kind = 'after_sale' AND funded`, [orderId]))[0]!;
}
/**
 * A refund of this payment that is booked and that WeChat does not know yet: its money must still be frozen when it is sent. A ladder's
 * difference is booked with its group; the refund itself follows.
 */
export async function hasUnsentRefund(db: Db, { orderId, ladderFen }: { orderId: string; ladderFen: number }, paymentId: string): Promise<boolean> {
  return (await db.query(
    `SELECT 1 WHERE EXISTS (SELECT FROM refund WHERE order_id = $1 AND payment_id = $2 AND funded AND provider_id IS NULL AND state IN ('accepted', 'stuck'))
       OR $3::bigint > 0 AND NOT EXISTS (SELECT FROM refund WHERE order_id = $1 AND kind = 'ladder')`, [orderId, paymentId, ladderFen])).length > 0;
}
