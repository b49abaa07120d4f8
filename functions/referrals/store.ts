/** The referrals module's SQL, one named function per statement. */
import { ATTRIBUTION_WINDOW_MS } from '../contract/limits';
import type { RewardFlag, ShareChannel } from '../contract/states';
import type { Db } from '../kernel';

/** Where a link leads: into its group buy, or to its deal. */
export const pageOf = (link: { dealId: string; groupId: string | null }) =>
  link.groupId ? { page: 'pages/group/index', id: link.groupId } : { page: 'pages/deal/index', id: link.dealId };
interface LinkRow { token: string; merchantId: string; dealId: string; groupId: string | null; sharerId: string; channel: ShareChannel; expiresAtMs: number }
export async function findLink(db: Db, token: string): Promise<LinkRow | null> {
  const [row] = await db.query<LinkRow>(`SELECT token, merchant_id AS "merchantId", deal_id AS "dealId", group_id AS "groupId", sharer_id AS "sharerId", channel,
    ms_of(expires_at) AS "expiresAtMs" FROM share_link WHERE token = $1`, [token]);
  return row ?? null;
}

/**
 * The live links through which this person or device came to the merchant's deals lately, and the one shown (also without a recorded touch).
 * Each with its latest touch or, where the first touch counts, its earliest of those that may count.
 */
export function findTouches(db: Db, p: { personId: string; deviceId: string; merchantId: string; shown: string | null; mode: 'last' | 'first' }) {
  const past = "touched_at <= juke_now() - $5::bigint * interval '1 millisecond'";
  const order = p.mode === 'first' ? `${past}, touched_at` : 'touched_at DESC';
  return db.query<{ token: string; sharerId: string; channel: string; groupId: string | null; touchedAtMs: number; expiresAtMs: number; nowMs: number }>(
    `SELECT l.token, l.sharer_id AS "sharerId", l.channel, t.group_id AS "groupId", coalesce(t.at, ms_of(juke_now())) AS "touchedAtMs",
       ms_of(l.expires_at) AS "expiresAtMs", ms_of(juke_now()) AS "nowMs"
     FROM (SELECT DISTINCT ON (token) token, group_id, ms_of(touched_at) AS at FROM (
         (SELECT * FROM touch WHERE person_id = $1 AND merchant_id = $3 ORDER BY ${order} LIMIT 20)
         UNION ALL (SELECT * FROM touch WHERE visitor_id = $2 AND merchant_id = $3 ORDER BY ${order} LIMIT 20)) x
       ORDER BY token, ${order}) t
     FULL JOIN (SELECT $4::text AS token WHERE $4::text IS NOT NULL) s USING (token)
     JOIN share_link l USING (token) WHERE l.merchant_id = $3`, [p.personId, p.deviceId, p.merchantId, p.shown, ...(p.mode === 'first' ? [ATTRIBUTION_WINDOW_MS] : [])]);
}

export function addTouches(db: Db, touches: readonly { token: string; merchantId: string; dealId: string; visitorId: string; personId: string | null; surface: string; groupId: string | null }[]) {
  return db.call('referrals_add_touches', { touches });
}

interface RewardRow {
  sharerId: string; state: string; amountFen: number; rateBps: number; capFen: number;
  clawedFen: number; releaseAtMs: number | null; heldFor: RewardFlag[]; disputed: boolean; nowMs: number;
}
const REWARD = `sharer_id AS "sharerId", state, amount_fen AS "amountFen", rate_bps AS "rateBps", cap_fen AS "capFen", clawed_fen AS "clawedFen", ms_of(release_at) AS "releaseAtMs", held_for AS "heldFor", disputed, ms_of(juke_now()) AS "nowMs"`;
export async function findReward(db: Db, rewardId: string): Promise<RewardRow | null> {
  return (await db.query<RewardRow>(`SELECT ${REWARD} FROM reward WHERE reward_id = $1`, [rewardId]))[0] ?? null;
}
export async function findRewardOfOrder(db: Db, orderId: string): Promise<RewardRow | null> {
  return (await db.query<RewardRow>(`SELECT ${REWARD} FROM reward WHERE order_id = $1`, [orderId]))[0] ?? null;
}

/** This friend's visits to this merchant already earn this sharer one rebate in these 30 days; another order earns none. */
export async function isRepeat(db: Db, p: { sharerId: string; friendId: string; merchantId: string }): Promise<boolean> {
  const rows = await db.query('SELECT FROM reward_slot WHERE sharer_id = $1 AND friend_id = $2 AND merchant_id = $3 AND juke_now() < taken_until', [p.sharerId, p.friendId, p.merchantId]);
  return rows.length > 0;
}

export async function findCode(db: Db, code: string) {
  return (await db.query<{ code: string; merchantId: string; storeId: string; kind: 'store' | 'table' | 'poster' | 'staff'; label: string }>(
    `SELECT code, merchant_id AS "merchantId", store_id AS "storeId", kind, label FROM channel_code WHERE code = $1`, [code]))[0] ?? null;
}
