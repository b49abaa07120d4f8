/**
 * Group buys for screens: of one deal, near a place, one's own, and one group's page. What strangers see comes from
 * snapshots; who sits in a group reads it fresh (F-37). Guards, F-17.
 */
import { GROUPS_SHOWN, NEARBY_STORES, PAGE_SIZE } from '../contract/limits';
import { tierPriceOf } from '../group-buys';
import { me, refuse, type Db, type Row, type Story } from '../kernel';
import { loadInvite, type LoadedInvite } from './deals';
import { GROUP, GROUP_JOINS, HAS_SEAT, storeOf, toGroupRow, type Group, type GroupRow } from './group-rows';
import { near, ON_SALE, placeKey, positionOf, roughly, snapshotOf } from './market';
import { afterCursor, micros, pageByKey, pageByOffset, readKeyset } from './page';
import { shownRebateFen, type Language, type Position } from './rules';

/** Open groups of a deal with a seat: the fullest first. */
export function openGroupsOf(db: Db, dealId: string): Promise<Row[]> {
  return snapshotOf<Row[]>(db, 'deal groups').get(dealId, () =>
    db.query(
      `SELECT ${GROUP} FROM group_buy g ${GROUP_JOINS} WHERE g.deal_id = $1 AND ${HAS_SEAT}
        ORDER BY g.size - g.taken, g.deadline, g.group_id LIMIT ${GROUPS_SHOWN}`,
      [dealId],
    ),
  );
}

export const listDealGroups: Story<'listDealGroups'> = async (ctx, { params, query }) => {
  const rows = await openGroupsOf(ctx.db, params.dealId);
  return pageByOffset(rows, query, (row): GroupRow => toGroupRow(row, null, ctx.session?.personId));
};

export const listGroups: Story<'listGroups'> = async (ctx, { query }) => {
  const at = positionOf(query);
  const rows = await snapshotOf<Row[]>(ctx.db, 'groups').get(placeKey(roughly(at)), () => findOpen(ctx.db, roughly(at)));
  const shown = rows.map((row) => ({ row, m: at ? storeOf(row, at).distanceM! : 0 }));
  if (at) shown.sort((a, b) => a.m - b.m || (a.row.group_id < b.row.group_id ? -1 : 1));
  return pageByOffset(shown, query, ({ row }): GroupRow => toGroupRow(row, at, ctx.session?.personId));
};

const LISTED = 6 * PAGE_SIZE;
/** Groups of the deals of the nearest stores; without a place those that end soonest. */
function findOpen(db: Db, at: Position | null): Promise<Row[]> {
  const end = `ORDER BY g.deadline, g.group_id LIMIT ${LISTED}`;
  if (!at) return db.query(`SELECT ${GROUP} FROM group_buy g ${GROUP_JOINS} WHERE ${HAS_SEAT} ${end}`);
  return db.query(
    `WITH here AS (SELECT s.store_id FROM store s ORDER BY ${near(1, 2)} LIMIT ${NEARBY_STORES})
    SELECT ${GROUP} FROM group_buy g ${GROUP_JOINS} WHERE ${HAS_SEAT}
      AND g.deal_id IN (SELECT x.deal_id FROM deal_store x JOIN here USING (store_id)) ${end}`,
    [at.lat / 1e6, at.lng / 1e6],
  );
}

const TABS = { open: "g.state IN ('opening', 'open', 'closing')", ended: "g.state IN ('succeeded', 'failed')" };
export const listMyGroups: Story<'listMyGroups'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const { personId } = me(ctx);
  const rows = await ctx.db.query(
    `SELECT ${GROUP}, g.group_id AS id, ${micros('g.created_at')} AS key FROM group_buy g ${GROUP_JOINS}
    WHERE EXISTS (SELECT FROM group_seat s WHERE s.group_id = g.group_id AND s.person_id = $1 AND s.state <> 'released')
      AND ${query.tab ? TABS[query.tab] : "g.state <> 'cancelled'"} AND ${afterCursor('g.created_at', 'g.group_id', 2)}
    ORDER BY g.created_at DESC, g.group_id DESC LIMIT $4`,
    [personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => toGroupRow(row, null, personId));
};

export const getGroup: Story<'getGroup'> = async (ctx, { params, query }) => {
  const personId = ctx.session?.personId;
  // Who sat there sees the group, the own seat and what chat groups brought as of one moment; everybody else a snapshot.
  const own = personId ? await loadOwnGroup(ctx.db, params.groupId, personId) : null;
  const row = own ?? (await snapshotOf<Row | null>(ctx.db, 'group').get(params.groupId, () => loadGroup(ctx.db, params.groupId)));
  const mine: Row | null = own?.mine ?? null;
  // Before its host has paid it is the host's alone.
  if (!row || (row.deadline === null && row.host_id !== personId)) refuse('NOT_FOUND');
  const at = positionOf(query);
  const store = storeOf(row, at);
  const link = query.share ? await findInvite(ctx.db, query.share, row.merchant_id) : null;
  const inviter = link && inviterOf(link, row, personId);
  const friendDiscountFen = inviter && !inviter.isMine && row.now_ms < link!.expiresAtMs ? row.friend_discount_fen : 0;
  const isFree = row.state === 'open' && row.taken < row.size && row.now_ms < row.join_ends_at;
  return {
    ...toGroupRow(row, at, personId),
    merchantId: row.merchant_id,
    storeId: store.storeId,
    category: row.category,
    fulfilment: row.fulfilment,
    termsVersion: row.terms_version,
    tiers: row.tiers,
    tierPriceFen: tierPriceOf({ priceFen: row.price_fen, tiers: row.tiers, minSize: row.min_size }, row.confirmed),
    hostBenefitFen: row.host_benefit_fen,
    priceNowFen: row.price_fen,
    friendDiscountFen,
    payFen: Math.max(1, row.price_fen - friendDiscountFen),
    isOnSale: row.is_on_sale,
    available: row.available,
    nowMs: row.now_ms,
    completedAtMs: row.state === 'succeeded' ? row.ended_at : null,
    inviter,
    words: wordsOf(row, inviter?.isMine === false ? link!.sharerId : row.host_id),
    mine: mine && { ...mineOf(mine, row), words: wordsOf(row, personId!) },
    sources: mine?.seat === 'confirmed' ? sourcesOf(row, ctx.language) : [],
    otherGroupId: isFree ? null : await findOther(ctx.db, row, personId),
  };
};

const ONE = `${GROUP}, d.fulfilment, d.terms_version, t.friend_discount_fen, t.rebate_bps, t.rebate_cap_fen, k.available, (${ON_SALE}) AS is_on_sale`;
const ONE_FROM = `group_buy g ${GROUP_JOINS} JOIN deal_stock k ON k.deal_id = g.deal_id`;
async function loadGroup(db: Db, groupId: string): Promise<Row | null> {
  const [row] = await db.query(`SELECT ${ONE} FROM ${ONE_FROM} WHERE g.group_id = $1`, [groupId]);
  return row ?? null;
}

/** The visitor's own order in it: the seat that lives, else the last one given up. */
const MINE = `SELECT o.order_id, s.state AS seat, o.payable_fen, o.ladder_fen, o.paid_at IS NOT NULL AS is_paid,
      (SELECT voucher_id FROM voucher v WHERE v.order_id = o.order_id ORDER BY v.position LIMIT 1) AS voucher_id
    FROM group_seat s JOIN guest_order o USING (order_id) WHERE s.group_id = $1 AND o.buyer_id = $2
    ORDER BY s.state <> 'released' DESC, s.held_at DESC LIMIT 1`;
/** Chat groups in the order in which their first member came; their ids are never shown (B7). */
const SOURCES = `SELECT count(DISTINCT t.visitor_id)::int AS opened,
      (SELECT count(*)::int FROM group_seat s JOIN attribution a USING (order_id)
        WHERE s.group_id = $1 AND s.state = 'confirmed' AND a.group_id = t.group_id) AS joined
    FROM touch t JOIN share_link l ON l.token = t.token
    WHERE l.group_id = $1 AND t.group_id IS NOT NULL AND t.person_id IS DISTINCT FROM l.sharer_id
    GROUP BY t.group_id ORDER BY min(t.touched_at), t.group_id LIMIT ${GROUPS_SHOWN}`;
/** Null for who never had a seat in it. */
async function loadOwnGroup(db: Db, groupId: string, personId: string): Promise<Row | null> {
  const [row] = await db.query(
    `SELECT ${ONE}, to_json(mine) AS mine, (SELECT coalesce(json_agg(x), '[]') FROM (${SOURCES}) x) AS sources
    FROM ${ONE_FROM} CROSS JOIN LATERAL (${MINE}) mine WHERE g.group_id = $1`,
    [groupId, personId],
  );
  return row ?? null;
}
/** Of a person who sits there now. */
const wordsOf = (group: Row, personId: string): string | null =>
  group.seats.find((seat: { personId: string; words: string | null }) => seat.personId === personId)?.words ?? null;
const mineOf = (mine: Row, group: Row): Omit<NonNullable<Group['mine']>, 'words'> => ({
  orderId: mine.order_id,
  seat: mine.seat,
  voucherId: mine.voucher_id,
  canLeave: canLeave(mine.seat, group.state, group.deadline, group.now_ms),
  paidFen: mine.is_paid ? mine.payable_fen - mine.ladder_fen : 0,
});
/** A paid member leaves before success; who has not paid just cancels the order. */
export const canLeave = (seat: string, state: string, deadlineMs: number | null, nowMs: number): boolean =>
  seat === 'confirmed' && state === 'open' && nowMs < deadlineMs!;

/** a link that does not exist or belongs to another merchant invites nobody. */
async function findInvite(db: Db, token: string, merchantId: string): Promise<LoadedInvite | null> {
  const link = await snapshotOf<LoadedInvite | null>(db, 'invite').get(token, () => loadInvite(db, token));
  return link?.merchantId === merchantId ? link : null;
}
function inviterOf(link: LoadedInvite, row: Row, personId: string | undefined): NonNullable<Group['inviter']> {
  const terms = {
    priceFen: row.price_fen,
    friendDiscountFen: Math.min(row.friend_discount_fen, row.price_fen - 1),
    rebateBps: row.rebate_bps,
    rebateCapFen: row.rebate_cap_fen,
  };
  return {
    person: link.sharer,
    rebateFen: link.earns ? shownRebateFen(terms) : 0,
    token: link.token,
    isMine: link.sharerId === personId,
  };
}

const sourcesOf = (row: Row, language: Language): Group['sources'] =>
  row.sources.map(({ opened, joined }: Row, i: number) => ({ label: language === 'zh' ? `群 ${i + 1}` : `Group ${i + 1}`, opened, joined }));

async function findOther(db: Db, row: Row, personId: string | undefined): Promise<string | null> {
  const [found] = await db.query('SELECT group_buys_other($1, $2, $3) AS id', [row.deal_id, row.group_id, personId ?? '']);
  return found!.id;
}
