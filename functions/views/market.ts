/**
 * What is on sale and where, read for everybody alike: candidates near a place, cards of stores, one deal. Snapshots of
 * SNAPSHOT_MS keep a stampede off the database (reliability: deal reads). Guards A-32, I-28, D1.
 */
import { NEARBY_STORES, PAGE_SIZE, SNAPSHOT_MS, REAL_PRICE_MS } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import type { Category } from '../contract/states';
import { newSnapshot, type Db, type Row, type Snapshot } from '../kernel';
import { containing } from './page';
import {
  distanceM,
  hoursText,
  isOpenAt,
  minuteOfDay,
  shownRebateFen,
  type Hours,
  type Language,
  type Position,
} from './rules';

export type DealCard = Answer<'listDeals'>['items'][number];
type StoreCard = Answer<'listStores'>['items'][number];
/** A deal at a store, before it is known who looks from where. `isFar`: not among the NEAREST_ROWS. */
export type Candidate = Omit<DealCard, 'distanceM'> & { at: Position; isFar?: boolean };
export type StoreRow = Hours & { card: Omit<StoreCard, 'hoursText' | 'isOpen' | 'distanceM'>; nowMs: number };

export interface Filter {
  at: Position | null;
  q?: string;
  category?: Category;
  rebate?: boolean;
  openNow?: boolean;
  maxFen?: number;
  sort?: string;
}

const NOW = '(SELECT juke_now())';
export const ON_SALE = `(t.sale_starts_at IS NULL OR t.sale_starts_at <= ${NOW}) AND (t.sale_ends_at IS NULL
    OR ${NOW} < t.sale_ends_at)`;
const MINUTE =
  "(SELECT (extract(hour FROM n) * 60 + extract(minute FROM n))::int FROM (SELECT juke_now() AT TIME ZONE 'Asia/Shanghai' AS n) x)";
const IS_OPEN = `CASE WHEN s.opens_at_minute = s.closes_at_minute THEN true
  WHEN s.opens_at_minute < s.closes_at_minute THEN ${MINUTE} >= s.opens_at_minute AND ${MINUTE} < s.closes_at_minute
  ELSE ${MINUTE} >= s.opens_at_minute OR ${MINUTE} < s.closes_at_minute END`;
const regular = (also: string) => `CASE WHEN t.is_flash THEN (SELECT r.price_fen FROM deal y
    JOIN deal_terms r ON r.deal_id = y.deal_id AND r.version = y.terms_version
  WHERE y.deal_id = t.regular_deal_id AND (r.sale_starts_at IS NULL OR r.sale_starts_at <= ${NOW})
    AND (r.sale_ends_at IS NULL OR ${NOW} < r.sale_ends_at)${also}) END`;
/** What a flash sale's regular deal costs now, where it is on sale. */
export const REGULAR_NOW = regular('');
/** The same where somebody really paid it alone lately, and kept it: the only crossed-out price there is (A11). */
export const REGULAR_PRICE = regular(` AND EXISTS (SELECT FROM guest_order g WHERE g.deal_id = y.deal_id AND g.unit_price_fen = r.price_fen
    AND g.price_kind = 'single' AND g.paid_at > ${NOW} - ${REAL_PRICE_MS} * interval '1 millisecond' AND g.state IN ('paid', 'completed'))`);
/** A deal's part of a card, and its store's, for toCandidate. */
export const DEAL = `d.deal_id, d.title, d.category, d.picture_urls[1] AS picture_url, d.tags, m.name AS merchant_name,
  t.price_fen, t.friend_discount_fen, t.rebate_bps, t.rebate_cap_fen, k.sold, k.available, t.group_rule,
  t.is_flash, ms_of(t.sale_starts_at) AS sale_starts_at, ms_of(t.sale_ends_at) AS sale_ends_at, ${REGULAR_PRICE} AS regular_price_fen`;
const DEAL_JOINS = `JOIN deal d ON d.deal_id = ds.deal_id JOIN deal_terms t ON t.deal_id = d.deal_id
    AND t.version = d.terms_version
  JOIN deal_stock k ON k.deal_id = d.deal_id JOIN merchant m ON m.merchant_id = d.merchant_id`;
export const STORE = 's.store_id, s.name AS store_name, s.lat_e6, s.lng_e6';
/** The GiST index store_near answers this in order of distance. */
export const near = (lat: number, lng: number) =>
  `merchants_point(s.lat_e6, s.lng_e6) <-> public.ll_to_earth($${lat}::float8, $${lng}::float8)`;

/** Around a place so many stores are searched for a word in what they sell. */
const SEARCHED_STORES = 4 * NEARBY_STORES;
/** Six pages of the nearest: each row costs five look-ups, and who scrolls further searches. */
export const NEARBY_ROWS = NEARBY_STORES / 2;
/** What the first page is made of, asked for alone: most people see no other. It comes first in the whole list as well. */
export const NEAREST_ROWS = 2 * PAGE_SIZE;

/**
 * The statement for a filter, from a closed list of parts; values are parameters. Nearest first when there is a
 * place.
 */
export function candidateSql(filter: Filter, rows: number): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const p = (value: unknown) => `$${params.push(value)}`;
  const order = filter.at ? (params.push(filter.at.lat / 1e6, filter.at.lng / 1e6), near(1, 2)) : null;
  const ofDeal = [
    ON_SALE,
    filter.category ? `d.category = ${p(filter.category)}` : '',
    filter.maxFen ? `t.price_fen <= ${p(filter.maxFen)}` : '',
    filter.rebate ? 't.rebate_bps > 0 AND t.rebate_cap_fen > 0' : '',
  ]
    .filter(Boolean)
    .join(' AND ');
  const ofStore = filter.openNow ? IS_OPEN : 'true';
  if (filter.q) {
    const like = p(containing(filter.q));
    const nearest = order ?? 's.created_at DESC, s.store_id';
    // A word may be in every title of the country: each way to be found gives so many, the best first, and around the place
    // everything is looked at.
    const around = order
      ? `UNION SELECT ds.deal_id, ds.store_id FROM (SELECT s.* FROM store s ORDER BY ${order} LIMIT ${SEARCHED_STORES}) s
          JOIN deal_store ds USING (store_id) JOIN deal d USING (deal_id)
          WHERE (d.title || ' ' || d.subtitle) ILIKE ${like} OR (s.name || ' ' || s.address) ILIKE ${like}`
      : '';
    return {
      params,
      sql: `
      WITH hit AS (
        SELECT d.deal_id, s.store_id FROM (
          SELECT d.deal_id FROM deal d JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version
            JOIN deal_stock k ON k.deal_id = d.deal_id WHERE (d.title || ' ' || d.subtitle) ILIKE ${like} AND ${ofDeal}
          ORDER BY k.sold DESC, d.created_at DESC, d.deal_id LIMIT ${NEARBY_STORES}) d
          CROSS JOIN LATERAL (SELECT s.store_id FROM deal_store x JOIN store s USING (store_id)
            WHERE x.deal_id = d.deal_id AND ${ofStore} ORDER BY ${nearest} LIMIT 1) s
        UNION SELECT ds.deal_id, ds.store_id FROM (SELECT s.store_id FROM (SELECT * FROM store s
            WHERE (s.name || ' ' || s.address) ILIKE ${like} AND ${ofStore} LIMIT ${SEARCHED_STORES}) s
          ORDER BY ${nearest} LIMIT ${NEARBY_STORES}) s JOIN deal_store ds USING (store_id)
        UNION SELECT ds.deal_id, ds.store_id FROM (SELECT m.merchant_id FROM merchant m WHERE m.name ILIKE ${like}
            ORDER BY m.merchant_id LIMIT ${PAGE_SIZE}) m
          CROSS JOIN LATERAL (SELECT s.store_id FROM store s WHERE s.merchant_id = m.merchant_id AND ${ofStore}
            ORDER BY ${nearest} LIMIT ${PAGE_SIZE}) s JOIN deal_store ds ON ds.store_id = s.store_id
        ${around})
      SELECT ${STORE}, ${DEAL} FROM hit ds JOIN store s ON s.store_id = ds.store_id ${DEAL_JOINS}
      WHERE ${ofDeal} AND ${ofStore} ORDER BY ${order ?? 'k.sold DESC, d.created_at DESC'}, d.deal_id,
        s.store_id LIMIT ${NEARBY_STORES}`,
    };
  }
  if (order) {
    // OFFSET 0 keeps the deals inside the loop over stores, which comes in order from the index and stops at the limit.
    return {
      params,
      sql: `
      SELECT ${STORE}, x.* FROM store s CROSS JOIN LATERAL (
        SELECT ${DEAL} FROM deal_store ds ${DEAL_JOINS} WHERE ds.store_id = s.store_id AND ${ofDeal} OFFSET 0) x
      WHERE ${ofStore} ORDER BY ${order} LIMIT ${rows}`,
    };
  }
  const rank = RANKS[filter.sort ?? ''] ?? 'd.created_at DESC';
  // The best deals first, then one store for each of these only.
  return {
    params,
    sql: `
    SELECT ${STORE}, ${DEAL} FROM (
      SELECT d.deal_id FROM deal d JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version
        JOIN deal_stock k ON k.deal_id = d.deal_id
      WHERE ${ofDeal} AND EXISTS (SELECT FROM deal_store x JOIN store s USING (store_id)
        WHERE x.deal_id = d.deal_id AND ${ofStore})
      ORDER BY ${rank}, d.deal_id LIMIT ${NEARBY_STORES}) ds ${DEAL_JOINS} JOIN LATERAL (
      SELECT s.* FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = d.deal_id AND ${ofStore}
        ORDER BY s.created_at, s.store_id LIMIT 1) s ON true
    ORDER BY ${rank}, d.deal_id`,
  };
}
const RANKS: Record<string, string> = {
  price: 't.price_fen',
  sold: 'k.sold DESC',
  rebate: 't.rebate_bps * (t.price_fen - t.friend_discount_fen) DESC',
};

/** `isWhole`: there is no more than these. */
export async function findCandidates(db: Db, filter: Filter, rows = NEARBY_ROWS): Promise<{ candidates: Candidate[]; isWhole: boolean }> {
  const { sql, params } = candidateSql(filter, rows);
  const found = await db.query(sql, params);
  const candidates = found.map((row, nth) => ({ ...toCandidate(row), isFar: nth >= NEAREST_ROWS }));
  return { candidates: candidates.filter((c) => !filter.rebate || c.rebateFen > 0), isWhole: rows === NEARBY_ROWS || found.length < rows };
}

/** A flash sale's window, with the regular deal's own price beside it where that was really paid (A11). */
export const flashOf = (row: Row): DealCard['flash'] =>
  row.is_flash ? { startsAtMs: row.sale_starts_at, endsAtMs: row.sale_ends_at, regularPriceFen: row.regular_price_fen ?? null } : null;

export const termsOf = (row: Row) => ({
  priceFen: row.price_fen, friendDiscountFen: row.friend_discount_fen, rebateBps: row.rebate_bps, rebateCapFen: row.rebate_cap_fen,
});

export function toCandidate(row: Row): Candidate {
  const terms = termsOf(row);
  return {
    dealId: row.deal_id,
    title: row.title,
    category: row.category,
    pictureUrl: row.picture_url,
    merchantName: row.merchant_name,
    storeId: row.store_id,
    storeName: row.store_name,
    priceFen: terms.priceFen,
    friendDiscountFen: terms.friendDiscountFen,
    rebateFen: shownRebateFen(terms),
    soldCount: row.sold,
    available: row.available,
    tags: row.tags,
    isOnSale: row.is_on_sale ?? true,
    group: row.group_rule && { kind: row.group_rule.kind, size: row.group_rule.tiers[0]?.size ?? row.group_rule.size, priceFen: row.group_rule.priceFen },
    flash: flashOf(row),
    at: { lat: row.lat_e6, lng: row.lng_e6 },
  };
}
export function toDealCard({ at, ...card }: Candidate, from: Position | null): DealCard {
  return { ...card, distanceM: from ? distanceM(from, at) : null };
}

/**
 * Stores with their best offer (most sold of what is on sale). `rest` is a WHERE … ORDER BY … LIMIT over s and m: which stores, before
 * anything else is asked of them.
 */
export async function findStores(db: Db, rest: string, params: readonly unknown[]): Promise<StoreRow[]> {
  const rows = await db.query(
    `
    SELECT ${STORE}, s.merchant_id, s.category, s.address, s.phone, s.opens_at_minute, s.closes_at_minute,
      s.merchant_name, s.logo_ink,
      ms_of(${NOW}) AS now_ms, b.deal_id AS best_id, b.title AS best_title, b.price_fen AS best_price
    FROM (SELECT x.*, row_number() OVER () AS nth FROM (SELECT s.*, m.name AS merchant_name, m.logo_ink
        FROM store s JOIN merchant m ON m.merchant_id = s.merchant_id ${rest}) x) s LEFT JOIN LATERAL (
      SELECT d.deal_id, d.title, t.price_fen FROM deal_store ds ${DEAL_JOINS}
        WHERE ds.store_id = s.store_id AND ${ON_SALE}
      ORDER BY k.available > 0 DESC, k.sold DESC, t.price_fen, d.deal_id LIMIT 1) b ON true ORDER BY s.nth`,
    params,
  );
  return rows.map((row) => ({
    opensAtMinute: row.opens_at_minute,
    closesAtMinute: row.closes_at_minute,
    nowMs: row.now_ms,
    card: {
      storeId: row.store_id,
      merchantId: row.merchant_id,
      name: row.store_name,
      merchantName: row.merchant_name,
      logoInk: row.logo_ink,
      category: row.category,
      address: row.address,
      phone: row.phone,
      latE6: row.lat_e6,
      lngE6: row.lng_e6,
      bestDeal: row.best_id ? { dealId: row.best_id, title: row.best_title, priceFen: row.best_price } : null,
    },
  }));
}
export function toStoreCard(row: StoreRow, from: Position | null, language: Language): StoreCard {
  return {
    ...row.card,
    hoursText: hoursText(row, language),
    isOpen: isOpenAt(row, minuteOfDay(row.nowMs)),
    distanceM: from ? distanceM(from, { lat: row.card.latE6, lng: row.card.lngE6 }) : null,
  };
}
export const byDistance = (a: { distanceM: number | null }, b: { distanceM: number | null }) =>
  (a.distanceM ?? 0) - (b.distanceM ?? 0);

/** Both or none; half a position is none. */
export const positionOf = (query: { lat?: number; lng?: number }): Position | null =>
  query.lat === undefined || query.lng === undefined ? null : { lat: query.lat, lng: query.lng };
/** About 100 m: who stands there shares a snapshot; distances are still computed from the exact place. */
export const roughly = (at: Position | null): Position | null =>
  at && { lat: Math.round(at.lat / 1_000) * 1_000, lng: Math.round(at.lng / 1_000) * 1_000 };
export const placeKey = (at: Position | null) => (at ? `${at.lat},${at.lng}` : '-');

const held = new WeakMap<Db, Map<string, Snapshot<unknown>>>();
/** Lists are large: so many of each kind at most, some 30 MB. */
export const LISTS_MOST = 300;
/** One named snapshot for each database, so that two apps in one process never mix. */
export function snapshotOf<T>(db: Db, name: string, most?: number): Snapshot<T> {
  let byName = held.get(db);
  if (!byName) held.set(db, (byName = new Map()));
  let snapshot = byName.get(name);
  if (!snapshot) byName.set(name, (snapshot = newSnapshot<unknown>(SNAPSHOT_MS, most)));
  return snapshot as Snapshot<T>;
}
/** For tests and the demo's reset: the next read sees what is there now. */
export const dropSnapshots = (db: Db): void => void held.delete(db);
