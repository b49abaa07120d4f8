/** The vouchers module's SQL, one named function per statement. */
import type { VoucherState } from '../contract/states';
import type { Db } from '../kernel';

export interface VoucherRow {
  voucherId: string; orderId: string; merchantId: string; dealId: string; ownerId: string; state: VoucherState; secret: string; locator: string; paidFen: number; subsidyFen: number;
  validFromMs: number; validUntilMs: number; redemptionId: string | null; nowMs: number;
}
const VOUCHER = `voucher_id AS "voucherId", order_id AS "orderId", merchant_id AS "merchantId", deal_id AS "dealId", owner_id AS "ownerId", state, secret, locator, paid_fen AS "paidFen", subsidy_fen AS "subsidyFen",
  ms_of(valid_from) AS "validFromMs", ms_of(valid_until) AS "validUntilMs", redemption_id AS "redemptionId", ms_of(juke_now()) AS "nowMs"`;

export async function findVoucher(db: Db, voucherId: string): Promise<VoucherRow | null> {
  return (await db.query<VoucherRow>(`SELECT ${VOUCHER} FROM voucher WHERE voucher_id = $1`, [voucherId]))[0] ?? null;
}
/** I-23: a clerk reaches the vouchers of the own merchant only. */
export async function findMerchantVoucher(db: Db, merchantId: string, by: { voucherId: string } | { locator: string }): Promise<VoucherRow | null> {
  const [column, value] = 'voucherId' in by ? ['voucher_id', by.voucherId] : ['locator', by.locator];
  return (await db.query<VoucherRow>(`SELECT ${VOUCHER} FROM voucher WHERE merchant_id = $1 AND ${column} = $2 AND (state IN ('issued', 'redeemed') OR voucher_id = $2)`, [merchantId, value]))[0] ?? null;
}
export function listVouchers(db: Db, orderId: string): Promise<VoucherRow[]> {
  return db.query<VoucherRow>(`SELECT ${VOUCHER} FROM voucher WHERE order_id = $1 ORDER BY position`, [orderId]);
}
export async function findLiveVoucherId(db: Db, orderId: string): Promise<string | null> {
  return (await db.query<{ id: string }>(`SELECT voucher_id AS id FROM voucher WHERE order_id = $1 ORDER BY state <> 'issued', position LIMIT 1`, [orderId]))[0]?.id ?? null;
}

export interface SetRow { orderId: string; merchantId: string; dealId: string; ownerId: string; issued: number; live: number; redeemed: number; refunding: number; refunded: number; version: number; commissionBps: number }
export async function findSet(db: Db, orderId: string): Promise<SetRow | null> {
  return (await db.query<SetRow>(`SELECT order_id AS "orderId", merchant_id AS "merchantId", deal_id AS "dealId", owner_id AS "ownerId", issued, live, redeemed, refunding, refunded, version, commission_bps AS "commissionBps"
    FROM voucher_set WHERE order_id = $1`, [orderId]))[0] ?? null;
}

export interface RedemptionRow {
  redemptionId: string; voucherId: string; orderId: string; storeId: string; staffId: string; paidFen: number; redeemedAtMs: number; undoUntilMs: number; undoneAtMs: number | null;
  reversedAtMs: number | null; nowMs: number; codeKind: 'qr' | 'typed';
}
const REDEMPTION = `redemption_id AS "redemptionId", voucher_id AS "voucherId", order_id AS "orderId", store_id AS "storeId", staff_id AS "staffId", paid_fen AS "paidFen", code_kind AS "codeKind",
  ms_of(redeemed_at) AS "redeemedAtMs", ms_of(undo_until) AS "undoUntilMs", ms_of(undone_at) AS "undoneAtMs", ms_of(reversed_at) AS "reversedAtMs", ms_of(juke_now()) AS "nowMs"`;
/** Every redemption of the order, the undone and the reversed ones too. */
export function listOrderRedemptions(db: Db, orderId: string): Promise<RedemptionRow[]> {
  return db.query<RedemptionRow>(`SELECT ${REDEMPTION} FROM redemption WHERE order_id = $1 ORDER BY redeemed_at`, [orderId]);
}
export async function findRedemption(db: Db, redemptionId: string, merchantId: string): Promise<RedemptionRow | null> {
  return (await db.query<RedemptionRow>(`SELECT ${REDEMPTION} FROM redemption WHERE redemption_id = $1 AND merchant_id = $2`, [redemptionId, merchantId]))[0] ?? null;
}
/** Whether the guest was served at this merchant before this redemption. */
export async function isNewGuest(db: Db, merchantId: string, ownerId: string, redemptionId: string): Promise<boolean> {
  const rows = await db.query(`SELECT 1 FROM redemption r JOIN voucher v USING (voucher_id) WHERE r.merchant_id = $1 AND v.owner_id = $2 AND r.undone_at IS NULL AND r.redemption_id <> $3
    AND r.redeemed_at < (SELECT redeemed_at FROM redemption WHERE redemption_id = $3) LIMIT 1`, [merchantId, ownerId, redemptionId]);
  return rows.length === 0;
}
export async function findLock(db: Db, personId: string): Promise<number | null> {
  const [row] = await db.query<{ wait: number }>(`SELECT ms_of(locked_until) - ms_of(juke_now()) AS wait FROM code_miss WHERE person_id = $1 AND locked_until > juke_now()`, [personId]);
  return row?.wait ?? null;
}
