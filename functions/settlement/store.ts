/** The settlement module's SQL, one named function per statement. */
import type { SplitState, StateOf, WithdrawalState } from '../contract/states';
import type { Db } from '../kernel';

export interface SplitRow { splitId: string; merchantId: string; state: SplitState; commissionFen: number; rewardFen: number; merchantFen: number }
export async function findSplit(db: Db, orderId: string): Promise<SplitRow | null> {
  return (await db.query<SplitRow>(`SELECT split_id AS "splitId", merchant_id AS "merchantId", state, commission_fen AS "commissionFen", reward_fen AS "rewardFen",
    merchant_fen AS "merchantFen" FROM split WHERE order_id = $1`, [orderId]))[0] ?? null;
}
interface ReturnRow {
  splitId: string; orderId: string; amountFen: number; isDone: boolean;
  /** How many ended at WeChat without success. */
  tries: number;
}
export async function findReturn(db: Db, returnId: string): Promise<ReturnRow | null> {
  return (await db.query<ReturnRow>(
    `SELECT r.split_id AS "splitId", s.order_id AS "orderId", r.amount_fen AS "amountFen", r.done_at IS NOT NULL AS "isDone", r.tries
     FROM split_return r JOIN split s USING (split_id) WHERE return_id = $1`, [returnId]))[0] ?? null;
}
interface SubsidyRow { subsidyId: string; state: StateOf<'subsidy'>; amountFen: number }
export async function findSubsidy(db: Db, orderId: string): Promise<SubsidyRow | null> {
  return (await db.query<SubsidyRow>('SELECT subsidy_id AS "subsidyId", state, amount_fen AS "amountFen" FROM subsidy WHERE order_id = $1', [orderId]))[0] ?? null;
}
export async function findSubsidyReturn(db: Db, returnId: string): Promise<{ orderId: string; refundId: string; amountFen: number; isDone: boolean } | null> {
  return (await db.query<{ orderId: string; refundId: string; amountFen: number; isDone: boolean }>(
    `SELECT s.order_id AS "orderId", r.refund_id AS "refundId", r.amount_fen AS "amountFen", r.done_at IS NOT NULL AS "isDone"
     FROM subsidy_return r JOIN subsidy s USING (subsidy_id) WHERE return_id = $1`, [returnId]))[0] ?? null;
}
export interface WithdrawalRow {
  withdrawalId: string; personId: string; openid: string; state: WithdrawalState; amountFen: number; packageInfo: string | null; failReason: string | null; requestedAtMs: number; endedAtMs: number | null;
}
export async function findWithdrawal(db: Db, withdrawalId: string): Promise<WithdrawalRow | null> {
  return (await db.query<WithdrawalRow>(`SELECT withdrawal_id AS "withdrawalId", person_id AS "personId", openid, state, amount_fen AS "amountFen", package_info AS "packageInfo",
    fail_reason AS "failReason", ms_of(requested_at) AS "requestedAtMs", ms_of(ended_at) AS "endedAtMs" FROM withdrawal WHERE withdrawal_id = $1`, [withdrawalId]))[0] ?? null;
}
