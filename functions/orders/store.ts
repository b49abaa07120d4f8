/** The orders module's SQL, one named function per statement. */
import type { Fulfilment, OrderState } from '../contract/states';
import type { Db } from '../kernel';
import { PAYMENT_ROW, type CombinedOrder, type PaymentRow } from '../payments';

export interface OrderRow {
  orderId: string; merchantId: string; buyerId: string; dealId: string; state: OrderState; quantity: number; payableFen: number; subsidyFen: number; ladderFen: number; refundedFen: number;
  rebateBps: number; rebateCapFen: number; deviceId: string | null; groupId: string | null; purchaseId: string | null; fulfilment: Fulfilment; placedAtMs: number; expiresAtMs: number; title: string; nowMs: number;
}
const ORDER = `order_id AS "orderId", merchant_id AS "merchantId", buyer_id AS "buyerId", deal_id AS "dealId", state, quantity, payable_fen AS "payableFen", subsidy_fen AS "subsidyFen", ladder_fen AS "ladderFen", refunded_fen AS "refundedFen",
  rebate_bps AS "rebateBps", rebate_cap_fen AS "rebateCapFen", device_id AS "deviceId",
  group_id AS "groupId", purchase_id AS "purchaseId", fulfilment,
  ms_of(placed_at) AS "placedAtMs", ms_of(expires_at) AS "expiresAtMs", snapshot ->> 'title' AS title, ms_of(juke_now()) AS "nowMs"`;

export async function findOrder(db: Db, orderId: string): Promise<OrderRow | null> {
  return (await db.query<OrderRow>(`SELECT ${ORDER} FROM guest_order WHERE order_id = $1`, [orderId]))[0] ?? null;
}
/** At most a group's size. */
export function listOrders(db: Db, orderIds: readonly string[]): Promise<OrderRow[]> {
  return db.query<OrderRow>(`SELECT ${ORDER} FROM guest_order WHERE order_id = ANY ($1) ORDER BY order_id COLLATE "C"`, [orderIds]);
}
export interface PaidRow extends OrderRow {
  payment: { state: PaymentRow['state']; transactionId: string | null; amountFen: number; currency: string; subMchid: string };
  /** Who brought the order. */
  token: string | null; sharerId: string | null; channel: string | null;
}
/** All that a payment's decision needs, in one query: the intent, its order, who brought it. */
export async function findPaid(db: Db, paymentId: string): Promise<PaidRow | null> {
  return (await db.query<PaidRow>(
    `SELECT payment, ${ORDER}, token, "sharerId", channel
     FROM (SELECT order_id AS of_order, json_build_object('state', state, 'transactionId', transaction_id, 'amountFen', amount_fen, 'currency', currency, 'subMchid', sub_mchid) AS payment
       FROM payments_find($1)) p
     JOIN guest_order ON order_id = of_order
     LEFT JOIN LATERAL (SELECT token, sharer_id AS "sharerId", channel FROM referrals_of(of_order)) a ON true`, [paymentId]))[0] ?? null;
}

export interface PayableRow extends OrderRow { payments: PaymentRow[]; openid: string | null }
/** the buyer's own, with its intents (oldest first) and by what WeChat knows the buyer. */
export async function findPayable(db: Db, orderId: string, buyerId: string): Promise<PayableRow | null> {
  return (await db.query<PayableRow>(
    `SELECT ${ORDER}, identity_value(buyer_id, 'openid') AS openid,
       (SELECT coalesce(json_agg(x), '[]') FROM (SELECT ${PAYMENT_ROW} FROM payments_of(guest_order.order_id) ORDER BY created_at, payment_id) x) AS payments
     FROM guest_order WHERE order_id = $1 AND buyer_id = $2`, [orderId, buyerId]))[0] ?? null;
}
/** What counts to this person's limit of a deal, and whether a part of it still waits for its payment. */
export async function findBought(db: Db, dealId: string, buyerId: string): Promise<{ bought: number; isUnpaid: boolean }> {
  return (await db.query<{ bought: number; isUnpaid: boolean }>(
    `SELECT catalog_bought($1, $2) AS bought, EXISTS (SELECT FROM guest_order WHERE buyer_id = $2 AND deal_id = $1 AND state = 'unpaid') AS "isUnpaid"`, [dealId, buyerId]))[0]!;
}
/** only the buyer's own. */
export async function findOwnOrder(db: Db, orderId: string, buyerId: string): Promise<OrderRow | null> {
  return (await db.query<OrderRow>(`SELECT ${ORDER} FROM guest_order WHERE order_id = $1 AND buyer_id = $2`, [orderId, buyerId]))[0] ?? null;
}

/** One combined payment with the payment of each order, in the order of their deals; all of them are in one state. */
export interface CombinedRow {
  combineNo: string; state: PaymentRow['state']; method: PaymentRow['method']; prepay: string | null;
  payments: CombinedOrder[];
}
export interface PurchaseRow {
  purchaseId: string; buyerId: string; openid: string | null; state: OrderState; placedAtMs: number; expiresAtMs: number; nowMs: number;
  /** Oldest first. */
  combined: CombinedRow[];
}
/** The state is that of its orders while unpaid; later the first one's. `buyerId` null: whoever's. */
export async function findPurchase(db: Db, purchaseId: string, buyerId: string | null): Promise<PurchaseRow | null> {
  return (await db.query<PurchaseRow>(
    `SELECT purchase_id AS "purchaseId", buyer_id AS "buyerId", identity_value(buyer_id, 'openid') AS openid, ms_of(placed_at) AS "placedAtMs", ms_of(expires_at) AS "expiresAtMs",
       ms_of(juke_now()) AS "nowMs", (SELECT state FROM guest_order o WHERE o.purchase_id = u.purchase_id ORDER BY deal_id LIMIT 1) AS state,
       (SELECT json_agg(c ORDER BY c.at, c."combineNo") FROM (SELECT p.combine_no AS "combineNo", min(p.state) AS state, min(p.method) AS method, min(p.prepay) AS prepay, min(p.created_at) AS at,
          json_agg(json_build_object('paymentId', p.payment_id, 'orderId', o.order_id, 'subMchid', p.sub_mchid, 'amountFen', p.amount_fen, 'subsidyFen', o.subsidy_fen, 'description', o.snapshot ->> 'title') ORDER BY o.deal_id) AS payments
        FROM guest_order o CROSS JOIN LATERAL payments_of(o.order_id) p WHERE o.purchase_id = u.purchase_id GROUP BY 1) c) AS combined
     FROM purchase u WHERE purchase_id = $1 AND ($2::text IS NULL OR buyer_id = $2)`, [purchaseId, buyerId]))[0] ?? null;
}
