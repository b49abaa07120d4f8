/**
 * Deals nearby and one deal's page. Hot: from snapshots, serialised without asking the database. Guards,
 * A-32, D1.
 */
import { DAY_MS, PAGE_SIZE, REWARD_HOLD_MS } from '../contract/limits';
import { shapes, type Answer } from '../contract/shapes';
import { dealCard } from '../contract/shapes-market';
import { refuse, type Context, type Db, type Row, type Story } from '../kernel';
import { isOffPeak, nextTurn } from '../catalog';
import {
  byDistance,
  findCandidates,
  findStores,
  flashOf,
  LISTS_MOST,
  NEARBY_ROWS,
  NEAREST_ROWS,
  placeKey,
  positionOf,
  roughly,
  snapshotOf,
  termsOf,
  toStoreCard,
  ON_SALE,
  REGULAR_NOW,
  REGULAR_PRICE,
  type Candidate,
  type DealCard,
  type Filter,
  type StoreRow,
} from './market';
import { COVERS, OPEN } from './coupons';
import { toGroupRow } from './group-rows';
import { openGroupsOf } from './groups';
import { isFirstPage, pageByOffset } from './page';
import { dealHoursText, distanceM, shownRebateFen, type Position } from './rules';

type Deal = Answer<'getDeal'>;
type Invite = NonNullable<Deal['invite']>;
const REST_MAX = 50;

export const listDeals: Story<'listDeals'> = async (ctx, { query }) => {
  const at = positionOf(query);
  const filter: Filter = {
    at: roughly(at),
    q: query.q,
    category: query.category,
    rebate: query.rebate === '1',
    openNow: query.openNow === '1',
    maxFen: query.maxFen,
    sort: query.sort,
  };
  const load = async (rows: number) => {
    const { candidates, isWhole } = await snapshotOf<List>(ctx.db, 'deals', LISTS_MOST).get(listKey(filter, rows), () =>
      loadList(ctx.db, filter, rows),
    );
    return { deals: nearestOfEach(candidates, at), isWhole };
  };
  // A chain's deal is valid at many stores and fills several of the nearest rows: with too few different deals for a page the whole list is loaded.
  let found = await load(at && !query.q && BY_DISTANCE.has(query.sort) && isFirstPage(query) ? NEAREST_ROWS : NEARBY_ROWS);
  if (!found.isWhole && found.deals.length <= PAGE_SIZE) found = await load(NEARBY_ROWS);
  const page = pageByOffset(
    sorted(found.deals, query.sort, at !== null),
    query,
    ({ deal: { at: _place, isFar: _far, ...card }, m }): DealCard => ({ ...card, distanceM: at ? m : null }),
  );
  return { readyJson: JSON.stringify(page satisfies Answer<'listDeals'>) };
};

interface List {
  candidates: Candidate[];
  isWhole: boolean;
}
const BY_DISTANCE = new Set<string | undefined>([undefined, 'near']);
const listKey = (f: Filter, rows: number) =>
  JSON.stringify([placeKey(f.at), f.category, f.rebate, f.openNow, f.maxFen, f.at ? '' : f.sort, f.q, rows]);

/** A page of them is checked at each load: what is sent from the snapshot is not checked again. */
async function loadList(db: Db, filter: Filter, rows: number): Promise<List> {
  const list = await findCandidates(db, filter, rows);
  for (const { at: _place, isFar: _far, ...card } of list.candidates.slice(0, PAGE_SIZE)) dealCard.parse({ ...card, distanceM: null });
  return list;
}

interface Near {
  deal: Candidate;
  m: number;
}
/** One for each deal, at its nearest store; the near ones are the same whether the far ones are known or not. */
function nearestOfEach(candidates: Candidate[], at: Position | null): Near[] {
  const best = new Map<string, Near>();
  for (const deal of candidates) {
    const m = at ? distanceM(at, deal.at) : 0;
    const known = best.get(deal.dealId);
    if (!known || (m < known.m && deal.isFar === known.deal.isFar)) best.set(deal.dealId, { deal, m });
  }
  return [...best.values()];
}

function sorted(all: Near[], sort: string | undefined, hasPlace: boolean): Near[] {
  const tie = (a: Near, b: Near) => Number(a.deal.isFar) - Number(b.deal.isFar) || a.m - b.m || (a.deal.dealId < b.deal.dealId ? -1 : 1);
  if (sort === 'price') return all.sort((a, b) => a.deal.priceFen - b.deal.priceFen || tie(a, b));
  if (sort === 'sold') return all.sort((a, b) => b.deal.soldCount - a.deal.soldCount || tie(a, b));
  if (sort === 'rebate') return all.sort((a, b) => b.deal.rebateFen - a.deal.rebateFen || tie(a, b));
  return hasPlace ? all.sort(tie) : all;
}

interface Loaded {
  /** when it says something else: a sale begins or ends, off-peak hours begin or end */
  turnsAtMs: number;
  deal: Omit<Deal, 'invite' | 'stores'>;
  groups: Row[];
  stores: StoreRow[];
  json: string;
}
export interface LoadedInvite {
  sharerId: string;
  merchantId: string;
  sharer: Invite['sharer'];
  expiresAtMs: number;
  token: string;
  earns: boolean;
}

export const getDeal: Story<'getDeal'> = async (ctx, { params, query }) => {
  const loaded = (await loadFresh(ctx, params.dealId)) ?? refuse('NOT_FOUND');
  const at = positionOf(query);
  const personId = ctx.session?.personId;
  // Whoever sits in one of its groups is not asked into it as a stranger.
  const isSeated = personId !== undefined && loaded.groups.some((group) => group.seats.some((seat: Row) => seat.personId === personId));
  if (!at && !query.share && !isSeated) return { readyJson: loaded.json };
  const token = query.share;
  const link = token
    ? await snapshotOf<LoadedInvite | null>(ctx.db, 'invite').get(token, () => loadInvite(ctx.db, token))
    : null;
  const answer: Deal = {
    ...loaded.deal,
    openGroups: isSeated ? loaded.groups.map((group) => toGroupRow(group, null, personId)) : loaded.deal.openGroups,
    stores: loaded.stores.map((row) => toStoreCard(row, at, ctx.language)).sort(byDistance),
    // a link that does not exist or belongs to another merchant invites nobody.
    invite:
      link && link.merchantId === loaded.deal.merchantId
        ? inviteOf(link, loaded.deal, personId, ctx.clock.nowMs())
        : null,
  };
  return { readyJson: JSON.stringify(answer) };
};

/** The deal from the snapshot, but never one from before its price or sale last turned: then it is loaded again, under a key of its own so that one reader does it. */
async function loadFresh({ db, language, clock }: Context, dealId: string): Promise<Loaded | null> {
  const [held, key] = [snapshotOf<Loaded | null>(db, 'deal'), `${dealId} ${language}`];
  const read = () => load(db, dealId, language);
  const loaded = await held.get(key, read);
  return loaded && loaded.turnsAtMs <= clock.nowMs() ? held.get(`${key} ${loaded.turnsAtMs}`, read) : loaded;
}

function inviteOf(link: LoadedInvite, deal: Loaded['deal'], personId: string | undefined, nowMs: number): Invite {
  return {
    token: link.token,
    sharer: link.sharer,
    isMine: link.sharerId === personId,
    friendDiscountFen: deal.friendDiscountFen,
    rebateFen: link.earns ? deal.rebateFen : 0,
    expiresAtMs: link.expiresAtMs,
    isLive: nowMs < link.expiresAtMs,
  };
}

export async function loadInvite(db: Db, token: string): Promise<LoadedInvite | null> {
  const [row] = await db.query(
    `SELECT l.token, l.sharer_id, l.merchant_id, l.channel, ms_of(l.expires_at) AS expires_at, p.name, p.avatar_url,
      l.channel <> 'moments' AND p.deleted_at IS NULL AND NOT p.is_minor AS earns
    FROM share_link l JOIN person p ON p.person_id = l.sharer_id WHERE l.token = $1`,
    [token],
  );
  if (!row) return null;
  // A Moments post carries the friend's discount only; nobody who is gone, and no minor, is paid.
  return {
    token: row.token,
    sharerId: row.sharer_id,
    merchantId: row.merchant_id,
    sharer: { name: row.name, avatarUrl: row.avatar_url },
    expiresAtMs: row.expires_at,
    earns: row.earns,
  };
}

async function load(db: Db, dealId: string, language: 'zh' | 'en'): Promise<Loaded | null> {
  const [[row], stores, groups] = await Promise.all([
    db.query(
      `SELECT d.*, m.name AS merchant_name, m.logo_ink, t.price_fen, t.friend_discount_fen, t.rebate_bps,
          t.rebate_cap_fen, t.per_person_limit, t.valid_days,
        ms_of(t.sale_starts_at) AS sale_starts_at, ms_of(t.sale_ends_at) AS sale_ends_at, k.sold, k.available,
        (${ON_SALE}) AS is_on_sale, t.group_rule, t.is_flash, t.regular_deal_id, t.off_peak, ${REGULAR_PRICE} AS regular_price_fen, ${REGULAR_NOW} AS regular_now_fen,
        (SELECT count(*)::int FROM coupon_offer o WHERE ${OPEN} AND o.claimed < o.total AND ${COVERS}) AS coupon_count,
        ms_of(juke_now()) AS now_ms
      FROM deal d JOIN merchant m ON m.merchant_id = d.merchant_id JOIN deal_terms t ON t.deal_id = d.deal_id
        AND t.version = d.terms_version
      JOIN deal_stock k ON k.deal_id = d.deal_id WHERE d.deal_id = $1`,
      [dealId],
    ),
    findStores(
      db,
      `WHERE s.store_id IN (SELECT store_id FROM deal_store WHERE deal_id = $1)
          ORDER BY s.created_at, s.store_id LIMIT ${REST_MAX}`,
      [dealId],
    ),
    openGroupsOf(db, dealId),
  ]);
  if (!row) return null;
  const deal = toDeal(row, stores, groups.map((group) => toGroupRow(group, null, undefined)), language);
  const whole = { ...deal, stores: stores.map((s) => toStoreCard(s, null, language)), invite: null };
  // Checked once a load: what is sent from the snapshot is not checked again.
  const turnsAtMs = nextTurn({ saleStartsAtMs: row.sale_starts_at, saleEndsAtMs: row.sale_ends_at, offPeak: row.off_peak }, row.now_ms);
  return { turnsAtMs, deal, groups, stores, json: JSON.stringify(shapes.getDeal.answer.parse(whole)) };
}

function toDeal(row: Row, stores: StoreRow[], openGroups: Deal['openGroups'], language: 'zh' | 'en'): Loaded['deal'] {
  const terms = termsOf(row);
  const flash = flashOf(row);
  return {
    dealId: row.deal_id,
    title: row.title,
    subtitle: row.subtitle,
    category: row.category,
    pictureUrls: row.picture_urls,
    items: row.items,
    notes: row.notes,
    tags: row.tags,
    merchantId: row.merchant_id,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    termsVersion: row.terms_version,
    priceFen: terms.priceFen,
    friendDiscountFen: terms.friendDiscountFen,
    friendPriceFen: terms.priceFen - terms.friendDiscountFen,
    rebateFen: shownRebateFen(terms),
    rebateHoldDays: REWARD_HOLD_MS / DAY_MS,
    soldCount: row.sold,
    available: row.available,
    perPersonLimit: row.per_person_limit,
    saleEndsAtMs: row.sale_ends_at,
    isOnSale: row.is_on_sale,
    validDays: row.valid_days,
    hoursText: dealHoursText(stores, language),
    fulfilment: row.fulfilment,
    group: row.group_rule,
    openGroups,
    openGroupCount: openGroups.length,
    flash: flash && { ...flash, regular: row.regular_now_fen === null ? null : { dealId: row.regular_deal_id, priceFen: row.regular_now_fen } },
    offPeak: row.off_peak && { ...row.off_peak, isNow: isOffPeak(row.off_peak, row.now_ms) },
    couponCount: row.coupon_count,
    nowMs: row.now_ms,
  };
}
