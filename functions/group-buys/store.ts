/** The group-buys module's SQL, one named function per statement. */
import { GROUP_FLAGS_WINDOW_MS } from '../contract/limits';
import type { Db } from '../kernel';
import type { GroupRow } from './types';

export async function findGroup(db: Db, groupId: string): Promise<GroupRow | null> {
  return (await db.query<GroupRow>(
    `SELECT group_id AS "groupId", merchant_id AS "merchantId", deal_id AS "dealId", host_id AS "hostId", kind, state, size, min_size AS "minSize", taken, confirmed, hours, price_fen AS "priceFen",
       host_benefit_fen AS "hostBenefitFen", tiers, ms_of(join_until) AS "joinUntilMs", ms_of(deadline) AS "deadlineMs", ms_of(juke_now()) AS "nowMs",
       (SELECT coalesce(json_agg(json_build_object('orderId', order_id, 'personId', person_id, 'state', state) ORDER BY order_id COLLATE "C"), '[]')
         FROM group_seat s WHERE s.group_id = g.group_id AND s.state <> 'released') AS seats
     FROM group_buy g WHERE group_id = $1`, [groupId]))[0] ?? null;
}

/** What stands between this person and opening a group of the deal. */
export async function findOpener(db: Db, dealId: string, personId: string): Promise<{ groupId: string | null; flags: number }> {
  return (await db.query<{ groupId: string | null; flags: number }>(
    `SELECT (SELECT group_id FROM group_buy WHERE opener_id = $2 AND deal_id = $1 AND state IN ('opening', 'open', 'closing') AND host_id = opener_id) AS "groupId",
       group_buys_flags($2, $3) AS flags`, [dealId, personId, GROUP_FLAGS_WINDOW_MS]))[0]!;
}
export async function findOtherGroup(db: Db, dealId: string, groupId: string, personId: string): Promise<string | null> {
  return (await db.query<{ id: string | null }>('SELECT group_buys_other($1, $2, $3) AS id', [dealId, groupId, personId]))[0]!.id;
}
/** C3: whoever never paid at the merchant for something that was not all given back. */
export async function isNewcomer(db: Db, personId: string, merchantId: string): Promise<boolean> {
  return (await db.query<{ isNew: boolean }>('SELECT person_last_paid($1, $2) IS NULL AS "isNew"', [personId, merchantId]))[0]!.isNew;
}

/** Share cards that WeChat still changes. */
export async function listCards(db: Db, groupId: string): Promise<string[]> {
  return (await db.query<{ id: string }>('SELECT activity_id AS id FROM group_card WHERE group_id = $1 AND juke_now() < expires_at ORDER BY expires_at DESC LIMIT 50', [groupId])).map((row) => row.id);
}
