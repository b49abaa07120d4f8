/** The vouchers module's SQL, one named function per statement. */
import type { ShareChannel, VoucherState } from '../contract/states';
import type { Db } from '../kernel';

export interface VoucherRow {
  voucherId: string; orderId: string; merchantId: string; dealId: string; ownerId: string; state: VoucherState; secret: string; locator: string; paidFen: number; subsidyFen: number;
  validUntilMs: number; redemptionId: string | null; nowMs: number;
}
const VOUCHER = `voucher_id AS "voucherId", order_id AS "orderId", merchant_id AS "merchantId", deal_id AS "dealId", owner_id AS "ownerId", state, secret, locator, paid_fen AS "paidFen", subsidy_fen AS "subsidyFen",
  ms_of(valid_until) AS "validUntilMs", redemption_id AS "redemptionId", ms_of(juke_now()) AS "nowMs"`;

export async function findVoucher(db: Db, voucherId: string): Promise<VoucherRow | null> {
  return (await db.query<VoucherRow>(`SELECT ${VOUCHER} FROM voucher WHERE voucher_id = $1`, [voucherId]))[0] ?? null;
}
export interface CounterRow extends VoucherRow {
  /** How long this clerk is locked out still, or null. */
  lockedMs: number | null;
  isValidHere: boolean; live: number; version: number; usedFen: number; reward: { rateBps: number; capFen: number } | null;
}
/** All that a redemption is decided on, in one query. I-23: a clerk reaches the vouchers of the own merchant only. `voucherId` is null when there is none. */
export async function findAtCounter(db: Db, clerk: { personId: string; merchantId: string; storeId: string }, by: { voucherId: string } | { locator: string }): Promise<CounterRow | { voucherId: null; lockedMs: number | null }> {
  // What is found by its number is said so in the index's own words: else every voucher of the merchant would be read.
  const [which, value] = 'voucherId' in by ? ['voucher_id = $2', by.voucherId] : ["locator = $2 AND holds_locator AND state IN ('issued', 'redeemed')", by.locator];
  const [row] = await db.query<CounterRow>(
    `SELECT l."lockedMs", x.*, s.live, s.version, catalog_is_valid_at(x."dealId", $4) AS "isValidHere",
       (SELECT json_build_object('rateBps', rate_bps, 'capFen', cap_fen) FROM referrals_reward_of(x."orderId")) AS reward,
       (SELECT coalesce(sum(r.paid_fen), 0)::bigint FROM redemption r WHERE r.order_id = x."orderId" AND r.undone_at IS NULL AND r.reversed_at IS NULL) AS "usedFen"
     FROM (SELECT (SELECT ms_of(locked_until) - ms_of(juke_now()) FROM code_miss WHERE person_id = $3 AND locked_until > juke_now()) AS "lockedMs") l
     LEFT JOIN (SELECT ${VOUCHER} FROM voucher WHERE merchant_id = $1 AND ${which}) x ON true
     LEFT JOIN voucher_set s ON s.order_id = x."orderId"`, [clerk.merchantId, value, clerk.personId, clerk.storeId]);
  return row!;
}
export function listVouchers(db: Db, orderId: string): Promise<VoucherRow[]> {
  return db.query<VoucherRow>(`SELECT ${VOUCHER} FROM voucher WHERE order_id = $1 ORDER BY position`, [orderId]);
}
export async function findLiveVoucherId(db: Db, orderId: string): Promise<string | null> {
  return (await db.query<{ id: string }>(`SELECT voucher_id AS id FROM voucher WHERE order_id = $1 ORDER BY state <> 'issued', position LIMIT 1`, [orderId]))[0]?.id ?? null;
}

interface SetRow { live: number; redeemed: number; version: number; commissionBps: number }
export async function findSet(db: Db, orderId: string): Promise<SetRow | null> {
  return (await db.query<SetRow>(`SELECT live, redeemed, version, commission_bps AS "commissionBps" FROM voucher_set WHERE order_id = $1`, [orderId]))[0] ?? null;
}

interface RedemptionRow {
  redemptionId: string; voucherId: string; orderId: string; storeId: string; paidFen: number; redeemedAtMs: number; undoUntilMs: number; undoneAtMs: number | null;
  reversedAtMs: number | null; nowMs: number;
}
const REDEMPTION = `redemption_id AS "redemptionId", voucher_id AS "voucherId", order_id AS "orderId", store_id AS "storeId", paid_fen AS "paidFen",
  ms_of(redeemed_at) AS "redeemedAtMs", ms_of(undo_until) AS "undoUntilMs", ms_of(undone_at) AS "undoneAtMs", ms_of(reversed_at) AS "reversedAtMs", ms_of(juke_now()) AS "nowMs"`;
/** Every redemption of the order, the undone and the reversed ones too. */
export function listOrderRedemptions(db: Db, orderId: string): Promise<RedemptionRow[]> {
  return db.query<RedemptionRow>(`SELECT ${REDEMPTION} FROM redemption WHERE order_id = $1 ORDER BY redeemed_at`, [orderId]);
}
export async function findRedemption(db: Db, redemptionId: string, merchantId: string): Promise<RedemptionRow | null> {
  return (await db.query<RedemptionRow>(`SELECT ${REDEMPTION} FROM redemption WHERE redemption_id = $1 AND merchant_id = $2`, [redemptionId, merchantId]))[0] ?? null;
}
interface ServedRow {
  voucherId: string; locator: string; paidFen: number; /** Of the order's vouchers that were used before it and stand. */ beforeFen: number; subsidyFen: number; redeemedAtMs: number; undoUntilMs: number; left: number; commissionBps: number; isNewGuest: boolean;
  deal: { title: string; pictureUrl: string; items: { name: string; quantity: number }[] }; guest: { name: string; avatarUrl: string };
  broughtBy: { person: { name: string; avatarUrl: string }; channel: ShareChannel } | null; reward: { state: string; rateBps: number; capFen: number } | null;
}
const SHOWN = (id: string) => `(SELECT json_build_object('name', name, 'avatarUrl', avatar_url) FROM identity_show(${id}))`;
/** What the counter shows of a redemption, in one query. A guest is new who was not served at this merchant before. */
export async function findServed(db: Db, redemptionId: string, merchantId: string): Promise<ServedRow | null> {
  return (await db.query<ServedRow>(
    `SELECT v.voucher_id AS "voucherId", v.locator, r.paid_fen AS "paidFen", v.subsidy_fen AS "subsidyFen", ms_of(r.redeemed_at) AS "redeemedAtMs", ms_of(r.undo_until) AS "undoUntilMs",
       (SELECT coalesce(sum(x.paid_fen), 0)::bigint FROM redemption x JOIN voucher o USING (voucher_id) WHERE x.order_id = r.order_id AND x.undone_at IS NULL AND o.state = 'redeemed'
         AND (x.redeemed_at, x.redemption_id) < (r.redeemed_at, r.redemption_id)) AS "beforeFen",
       s.live AS left, s.commission_bps AS "commissionBps", ${SHOWN('v.owner_id')} AS guest,
       (SELECT json_build_object('title', title, 'pictureUrl', picture_urls[1], 'items', items) FROM catalog_find(v.deal_id)) AS deal,
       (SELECT json_build_object('person', ${SHOWN('a.sharer_id')}, 'channel', a.channel) FROM referrals_of(r.order_id) a) AS "broughtBy",
       (SELECT json_build_object('state', state, 'rateBps', rate_bps, 'capFen', cap_fen) FROM referrals_reward_of(r.order_id)) AS reward,
       NOT EXISTS (SELECT FROM voucher o JOIN redemption x ON x.order_id = o.order_id AND x.voucher_id = o.voucher_id WHERE o.owner_id = v.owner_id
         AND x.merchant_id = r.merchant_id AND x.undone_at IS NULL AND x.redemption_id <> r.redemption_id AND x.redeemed_at < r.redeemed_at) AS "isNewGuest"
     FROM redemption r JOIN voucher v USING (voucher_id) JOIN voucher_set s ON s.order_id = v.order_id WHERE r.redemption_id = $1 AND r.merchant_id = $2`, [redemptionId, merchantId]))[0] ?? null;
}
